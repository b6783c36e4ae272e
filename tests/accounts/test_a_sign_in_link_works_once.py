from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import select, update

from tests.conftest import SECRET, Member, settings_in
from webapp import create_app
from webapp.accounts import links
from webapp.accounts.models import Person, SignedInSession, SignInLink
from webapp.accounts.people import is_listed_admin
from webapp.accounts.runtime import open_runtime
from webapp.database import Database
from webapp.security import cookie_name
from webapp.settings import Settings


@pytest.fixture
def runtime(app: Flask) -> Database:
    found = app.extensions["kewp.runtime"]
    assert isinstance(found, Database)
    return found


@pytest.fixture
def token(runtime: Database) -> str:
    return links.issue(runtime, "Ada", "curator")


def press(member: Member, token: str) -> int:
    page = member.get(f"/sign-in/{token}")
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    fields = {"csrf_token": csrf[1] if csrf else member.csrf()}
    return member.client.post(f"/sign-in/{token}", data=fields).status_code


def test_opening_it_does_not_use_it_up_and_pressing_does(
    anonymous: Member, token: str, runtime: Database
) -> None:
    for _ in range(3):
        assert anonymous.get(f"/sign-in/{token}").status_code == 200
    with runtime.read() as session:
        assert session.scalar(select(SignInLink.used_at)) is None
    assert press(anonymous, token) == 303
    with runtime.read() as session:
        assert session.scalar(select(SignInLink.used_at)) is not None
    assert "Ada" in anonymous.get("/").text


def test_the_second_time_it_is_refused(app: Flask, anonymous: Member, token: str) -> None:
    assert press(anonymous, token) == 303
    other = Member(app.test_client(), None)
    assert other.get(f"/sign-in/{token}").status_code == 410
    assert press(other, token) == 410


def test_after_fifteen_minutes_it_is_refused(
    anonymous: Member, token: str, runtime: Database
) -> None:
    with runtime.read() as session:
        expires = datetime.fromisoformat(session.scalar(select(SignInLink.expires_at)) or "")
    left = expires - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    with runtime.write() as session:
        past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
        session.execute(update(SignInLink).values(expires_at=past))
    assert press(anonymous, token) == 410


def test_only_its_hash_is_stored(token: str, runtime: Database) -> None:
    with runtime.read() as session:
        assert session.scalar(select(SignInLink.token_hash)) == links.hashed(token)
    for file in runtime.path.parent.glob("*.db*"):
        assert token.encode() not in file.read_bytes()


def test_a_guess_is_refused(anonymous: Member) -> None:
    assert press(anonymous, "A" * 43) == 410


def test_the_session_key_changes_and_signing_out_ends_it_on_the_server(
    curator: Member, runtime: Database
) -> None:
    with runtime.read() as session:
        assert session.scalar(select(SignedInSession.person_id)) == curator.person_id
    name = cookie_name(SECRET)
    stolen = curator.client.get_cookie(name)
    assert stolen is not None
    assert curator.post("/sign-out").status_code == 303
    curator.client.set_cookie(name, stolen.value)
    assert "Ada Curator" not in curator.get("/").text
    with runtime.read() as session:
        assert session.scalars(select(SignedInSession)).all() == []


def test_the_same_name_is_the_same_person_with_the_new_role(
    sign_in: Callable[[str, str], Member], database: Database
) -> None:
    first = sign_in("Ada", "curator")
    second = sign_in("ada ", "reviewer")
    with database.read() as session:
        people = session.scalars(select(Person)).all()
    assert [one.id for one in people] == [first.person_id] == [second.person_id]
    assert people[0].role == "reviewer"


def test_people_listed_by_the_operator_become_administrators() -> None:
    assert is_listed_admin("link", "ann", frozenset({"link:Ann"}))
    assert not is_listed_admin("link", "ann", frozenset({"github:ann"}))


def test_a_link_that_nobody_used_changes_nobody(
    reviewer: Member, runtime: Database, anonymous: Member, database: Database
) -> None:
    token = links.issue(runtime, "cleo reviewer", "curator")
    assert "This link makes you curator" in anonymous.get(f"/sign-in/{token}").text
    with database.read() as session:
        assert session.scalars(select(Person.role)).all() == ["reviewer"]


@pytest.mark.usefixtures("impatient")
def test_a_busy_database_does_not_spend_the_link(
    anonymous: Member, token: str, settings: Settings
) -> None:
    holder = dbapi2.connect(str(settings.database_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert press(anonymous, token) == 503
    assert "Ada" not in anonymous.get("/").text
    holder.execute("ROLLBACK")
    holder.close()
    assert press(anonymous, token) == 303


def test_a_damaged_runtime_database_is_made_anew(settings: Settings) -> None:
    settings.runtime_path.write_bytes(bytes(range(256)) * 64)
    runtime = open_runtime(settings.runtime_path)
    assert links.peek(runtime, links.issue(runtime, "Ada", "curator")) is not None
    runtime.close()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/review", "/review"),
        ("/key-events?q=liver", "/key-events?q=liver"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("////evil.example/x", "/"),
        ("//[", "/"),
        ("http://[", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(
    anonymous: Member, token: str, wanted: str, reached: str
) -> None:
    anonymous.get("/sign-in", query_string={"next": wanted})
    page = anonymous.get(f"/sign-in/{token}").text
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert csrf
    answer = anonymous.client.post(f"/sign-in/{token}", data={"csrf_token": csrf[1]})
    assert answer.headers["Location"] == reached


def test_a_runtime_database_of_another_version_is_made_anew(settings: Settings) -> None:
    old = dbapi2.connect(str(settings.runtime_path))
    old.execute("CREATE TABLE sign_in_link (token_hash TEXT PRIMARY KEY, person_id TEXT)")
    old.commit()
    old.close()
    runtime = open_runtime(settings.runtime_path)
    token = links.issue(runtime, "Ada", "curator")
    runtime.close()
    again = open_runtime(settings.runtime_path)
    assert links.peek(again, token) is not None, "a current one must be kept"
    again.close()


def test_the_page_names_the_role_that_the_button_gives(settings: Settings) -> None:
    given = settings_in(settings.data_dir.parent, ADMIN_USERS="link:Ada")
    app = create_app(given)
    token = links.issue(app.extensions["kewp.runtime"], "Ada", "curator")
    member = Member(app.test_client(), None)
    assert "You will work here as admin." in member.get(f"/sign-in/{token}").text
    assert press(member, token) == 303
    with app.extensions["kewp.database"].read() as session:
        assert session.scalar(select(Person.role)) == "admin"
    app.extensions["kewp.database"].close()
    app.extensions["kewp.runtime"].close()
