from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import text

from tests.conftest import PATHWAY_ANSWERS, Member
from webapp.accounts.access import public
from webapp.database import Database
from webapp.settings import Settings


def test_a_page_for_people(anonymous: Member) -> None:
    answer = anonymous.get("/key-events/99999")
    assert answer.status_code == 404
    assert "There is no Key Event 99999 in the catalog." in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_problem_details_for_programs(anonymous: Member) -> None:
    answer = anonymous.get("/key-events/99999", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    body = answer.get_json(force=True)
    assert body["status"] == 404
    assert body["title"] == "Not found."
    assert body["detail"] == "There is no Key Event 99999 in the catalog."
    assert body["instance"] == "/key-events/99999"
    assert body["request"] == answer.headers["X-Request-ID"]


def test_a_method_that_is_not_allowed_names_those_that_are(anonymous: Member) -> None:
    answer = anonymous.client.put("/key-events")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_fault_of_ours_shows_the_request_number_and_no_details(app: Flask) -> None:
    @public
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/broken", view_func=broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_the_log_tells_of_a_statement_without_what_people_wrote(
    app: Flask, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    wrote = "what somebody wrote"

    @public
    def broken() -> str:
        with database.write() as session:
            statement = text("INSERT INTO person (id, name) VALUES (:name, :name)")
            session.execute(statement, {"name": wrote})
        return ""

    app.add_url_rule("/broken", view_func=broken)
    assert app.test_client().get("/broken").status_code == 500
    assert "INSERT INTO person" in caplog.text
    assert wrote not in caplog.text


def test_a_database_that_is_locked_for_long_is_busy_and_changes_nothing(
    curator: Member, settings: Settings
) -> None:
    token = curator.csrf()
    holder = dbapi2.connect(str(settings.database_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    answer = curator.client.post(
        "/key-events/1513/mappings",
        data={"csrf_token": token, "target": "WP254", **PATHWAY_ANSWERS},
    )
    assert time.monotonic() - started > 4, "it waits for who is only slow"
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    holder.execute("ROLLBACK")
    assert holder.execute("SELECT COUNT(*) FROM mapping").fetchone() == (0,)
    holder.close()


def test_a_body_that_is_too_large_is_refused(curator: Member) -> None:
    answer = curator.post("/key-events/1513/mappings", target="WP254", note="x" * 600_000)
    assert answer.status_code == 413
    assert "more than the 524,288 bytes that this site accepts" in answer.text


def test_limits_are_counted_together_and_say_when_to_come_back(curator: Member) -> None:
    codes = [curator.post("/account/sessions/end").status_code for _ in range(62)]
    assert codes == [303] * 60 + [429] * 2
    answer = curator.post("/account/sessions/end")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert "nothing was changed" in answer.text


def test_an_error_page_appears_without_a_database(app: Flask, settings: Settings) -> None:
    app.extensions["kewp.database"].close()
    for suffix in ("-wal", "-shm"):
        Path(f"{settings.database_path}{suffix}").unlink(missing_ok=True)
    settings.database_path.write_bytes(b"not a database" * 1000)
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "The fault is ours." in answer.text
    assert "<h1>" in answer.text


def test_static_files_are_kept_by_browsers_until_they_change(anonymous: Member) -> None:
    page = anonymous.get("/").text
    address = re.search(r'href="(/static/css/tokens\.css\?v=[0-9a-f]{12})"', page)
    assert address is not None
    with anonymous.get(address[1]) as kept:
        assert "max-age=31536000" in kept.headers["Cache-Control"]
    with anonymous.get("/static/css/tokens.css") as asked_again:
        assert "no-cache" in asked_again.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/key-events/99999999999999999999", 404),
        ("/aops/99999999999999999999", 404),
        ("/key-events?page=99999999999999999999", 200),
        ("/key-events?aop=99999999999999999999", 404),
        ("/key-events?page=1000000", 200),
        ("/key-events?endpoint=x&_method=POST&_external=1&_anchor=a", 200),
        ("/sign-in?next=//[", 200),
        ("/key-events?q=%00%FF%F0%9F%98%80", 200),
        ("/key-events/1513?q=%00&resource=%00&target=%00", 200),
        ("/search?q=" + "a" * 5000, 200),
        ("/search?q=%25%5F%5C", 200),
        ("/targets/%2e%2e%2f%2e%2e", 404),
        ("/mappings/not-a-uuid", 404),
        ("/static/../webapp/settings.py", 404),
    ],
)
def test_odd_addresses_are_answered(anonymous: Member, path: str, status: int) -> None:
    assert anonymous.get(path).status_code == status
