"""Failed sign-ins are limited for each address, successful ones are not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from limits import parse
from sqlalchemy import func, select

from tests.accounts.conftest import visitor, who_is_here
from tests.conftest import SECRET, Member
from webapp.accounts import codes, links
from webapp.accounts.models import AuditEvent
from webapp.database import Database


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.accounts.failures.FAILURES", parse("5/10 minutes"))


def guess(app: Flask, how: str) -> tuple[int, Member]:
    member = visitor(app)
    if how == "code":
        return member.post("/workshop", code="AAAA-BBBB-CCCC", name="Eve").status_code, member
    if how == "link":
        return member.post("/sign-in/guessed").status_code, member
    return member.get("/sign-in/guessed").status_code, member


@pytest.mark.parametrize("how", ["code", "link", "looking at a link"])
def test_somebody_who_tries_and_tries(app: Flask, how: str, database: Database) -> None:
    code = codes.make(database, SECRET, label="Course", uses=9, valid_for=timedelta(days=1))
    token = links.issue(app.extensions["kewp.runtime"], "Ada", "curator")
    expected = 422 if how == "code" else 410
    assert [guess(app, how)[0] for _ in range(7)] == [expected] * 5 + [429] * 2

    # Even the right one is not looked at any more: else the answer would tell it apart.
    answer = visitor(app).post("/workshop", code=code, name="Eve")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "Too many failed attempts." in answer.text
    assert 'value="Eve"' in answer.text, "what was typed is still there"
    assert visitor(app).get(f"/sign-in/{token}").status_code == 429

    # Whoever comes from elsewhere is not held up.
    elsewhere = visitor(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert elsewhere.post("/workshop", code=code, name="Eve").status_code == 303
    assert who_is_here(elsewhere) == "Eve"
    with database.read() as session:
        failures = session.scalar(
            select(func.count()).where(AuditEvent.act == "sign-in.failed").select_from(AuditEvent)
        )
    assert failures == 5, "the record does not grow with every guess"


def test_nobody_begins_sign_ins_without_end(
    provided: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.accounts.failures.STARTS", parse("3/10 minutes"))
    statuses = [visitor(provided).get("/sign-in/with/uni").status_code for _ in range(4)]
    assert statuses == [303, 303, 303, 429]


def test_a_class_of_thirty_behind_one_address(app: Flask, database: Database) -> None:
    code = codes.make(database, SECRET, label="Course", uses=30, valid_for=timedelta(days=1))
    answers = [visitor(app).post("/workshop", code=code, name=f"Guest {n}") for n in range(30)]
    assert [one.status_code for one in answers] == [303] * 30


def test_who_is_signed_in_is_counted_alone(app: Flask, curator: Member) -> None:
    for _ in range(6):
        guess(app, "code")
    assert guess(app, "code")[0] == 429
    assert curator.get("/sign-in/guessed").status_code == 410
