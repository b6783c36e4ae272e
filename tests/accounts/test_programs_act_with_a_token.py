"""Requests with `Authorization: Bearer`: scope × role, and every way in which a token ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.accounts import access
from webapp.accounts.links import hashed
from webapp.accounts.models import ApiToken, AuditEvent, Person
from webapp.curation.models import MappingEvent
from webapp.database import Database

PROPOSAL = {"target": "wikipathways:WP4923", **PATHWAY_ANSWERS}
ADDRESS = "/key-events/1945/mappings"


def made(member: Member, scope: str, days: str = "30") -> str:
    """The text of a new token, made through the form."""
    answer = member.post("/account/tokens", name="notebook", scope=scope, days=days)
    assert answer.status_code == 201, answer.text
    found = re.search(r"kewp_[\w-]{43}", answer.text)
    assert found is not None
    return found[0]


class Program:
    """A client without cookies that sends a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data=fields, headers=self.headers)


@pytest.fixture
def token_row(database: Database) -> Callable[[], ApiToken]:
    def row() -> ApiToken:
        with database.read() as session:
            return session.scalars(select(ApiToken)).one()

    return row


# scope, role → statuses of: reading, proposing, approving somebody else's
TABLE = {
    ("read", "curator"): (200, 403, 403),
    ("read", "reviewer"): (200, 403, 403),
    ("read", "admin"): (200, 403, 403),
    ("propose", "curator"): (200, 303, 403),
    ("propose", "reviewer"): (200, 303, 403),
    ("propose", "admin"): (200, 303, 403),
    ("review", "reviewer"): (200, 303, 303),
    ("review", "admin"): (200, 303, 303),
}


@pytest.mark.parametrize(("scope", "role"), TABLE)
def test_scope_and_role_must_both_allow_it(
    scope: str,
    role: str,
    app: Flask,
    second_curator: Member,
    request: pytest.FixtureRequest,
) -> None:
    uuid = propose(second_curator)
    member: Member = request.getfixturevalue(role)
    program = Program(app, made(member, scope))
    answers = (
        program.get("/your-mappings"),
        program.post(ADDRESS, **PROPOSAL),
        program.post(f"/mappings/{uuid}/approve", version="1"),
    )
    assert tuple(one.status_code for one in answers) == TABLE[scope, role]
    for one in answers:
        assert "Set-Cookie" not in one.headers
        if one.status_code == 403:
            assert one.content_type == "application/problem+json"
            assert 'error="insufficient_scope"' in one.headers["WWW-Authenticate"]
            assert f"scope is {scope}" in one.text or f"scope {scope}" in one.text


def test_no_token_does_more_than_its_person(
    app: Flask, admin: Member, curator: Member, second_curator: Member, database: Database
) -> None:
    refused = curator.post("/account/tokens", name="notebook", scope="review", days="30")
    assert refused.status_code == 422
    assert "Your role is curator; a token cannot do more than you." in refused.text
    with database.read() as session:
        assert session.scalars(select(ApiToken)).all() == []

    admin.post(f"/people/{curator.person_id}/role", role="reviewer")
    program = Program(app, made(curator, "review"))
    admin.post(f"/people/{curator.person_id}/role", role="curator")
    uuid = propose(second_curator)
    assert program.post(f"/mappings/{uuid}/approve", version="1").status_code == 403


def test_what_a_token_does_is_its_persons(
    app: Flask, curator: Member, anonymous: Member, database: Database
) -> None:
    program = Program(app, made(curator, "propose"))
    assert anonymous.client.post(ADDRESS, data=PROPOSAL).status_code == 401, "a form needs more"
    assert program.post(ADDRESS, **PROPOSAL).status_code == 303
    with database.read() as session:
        events = session.scalars(select(MappingEvent)).all()
    assert [(one.person_id, one.action) for one in events] == [(curator.person_id, "propose")]


def test_a_cookie_beside_a_token_counts_for_nothing(
    app: Flask, admin: Member, curator: Member
) -> None:
    token = made(curator, "read")
    answer = admin.client.get("/people", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert admin.get("/people").status_code == 200, "the browser's own session goes on"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("expired", "It was expired at"),
        ("revoked", "It was revoked at"),
        ("revoked by an administrator", "It was revoked at"),
        ("blocked", "It was revoked at"),
        ("blocked by hand", "Its person is blocked"),
        ("erased", "It is unknown here"),
        ("another one", "It is unknown here"),
    ],
)
def test_a_token_that_ended_is_refused(
    how: str,
    why: str,
    app: Flask,
    admin: Member,
    curator: Member,
    database: Database,
    token_row: Callable[[], ApiToken],
) -> None:
    program = Program(app, made(curator, "propose"))
    assert program.get("/your-mappings").status_code == 200
    person = f"/people/{curator.person_id}"
    if how == "expired":
        with database.write() as session:
            session.execute(update(ApiToken).values(expires_at="2026-01-01T00:00:00.000Z"))
    elif how == "revoked":
        revoke = f"/account/tokens/{token_row().id}/revoke"
        assert admin.post(revoke).status_code == 404, "somebody else's"
        assert curator.post(revoke).status_code == 303
    elif how == "revoked by an administrator":
        assert admin.post(f"{person}/revoke-tokens").status_code == 303
    elif how == "blocked":
        assert admin.post(f"{person}/block").status_code == 303
        assert admin.post(f"{person}/unblock").status_code == 303
    elif how == "blocked by hand":
        with database.write() as session:
            session.execute(update(Person).values(blocked_at="2026-01-01T00:00:00.000Z"))
    elif how == "erased":
        assert admin.post(f"{person}/erase", name="Ada Curator").status_code == 303
    else:
        program = Program(app, "kewp_" + "x" * 43)

    for answer in (program.get("/your-mappings"), program.post(ADDRESS, **PROPOSAL)):
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
        assert answer.json is not None
        assert answer.json["title"] == "This token cannot be used."
        assert why in answer.json["detail"]
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert program.get("/").status_code == 401, "a wrong token is said everywhere"
    with database.read() as session:
        assert session.scalars(select(MappingEvent)).all() == []


def test_tokens_open_no_accounts_and_nothing_of_administrators(app: Flask, admin: Member) -> None:
    program = Program(app, made(admin, "review"))
    for method, path in (
        ("GET", "/people"),
        ("GET", "/audit"),
        ("GET", "/operator"),
        ("GET", "/account/tokens"),
        ("GET", "/account/export"),
        ("POST", "/account/tokens"),
        ("POST", "/account/erase"),
        ("POST", "/sign-out"),
        ("POST", "/sign-in/unknown"),
        ("POST", "/operator/programs/web/restart"),
    ):
        answer = program.get(path) if method == "GET" else program.post(path)
        assert answer.status_code == 403, path
        assert answer.json is not None
        assert answer.json["title"] == "Tokens do not open this address."


def test_these_views_and_no_others_take_a_token(app: Flask) -> None:
    """Whoever adds one decides here that programs may use it; public pages can be read anyway."""
    found = {one for one in app.view_functions if access.is_for_programs(app, one)}
    curation = {f"curation.{one}" for one in ("propose", "preview", "act", "edit")}
    assert found == {*curation, "yours.mappings"}


def test_requests_with_a_token_count_against_the_persons_limit(
    app: Flask, curator: Member, database: Database
) -> None:
    program = Program(app, made(curator, "propose"))
    limiter = app.extensions["kewp.limiter"]
    for _ in range(119):
        assert limiter.hit(parse("120/minute"), "propose", curator.person_id)
    assert program.post(ADDRESS, **PROPOSAL).status_code == 303
    refused = curator.post(ADDRESS, **PROPOSAL)
    again = program.post(ADDRESS, **PROPOSAL)
    assert (refused.status_code, again.status_code) == (429, 429)
    assert again.content_type == "application/problem+json"
    assert int(again.headers["Retry-After"]) > 0


def test_it_is_shown_once_and_kept_as_a_hash(
    curator: Member, database: Database, token_row: Callable[[], ApiToken]
) -> None:
    token = made(curator, "propose")
    row = token_row()
    assert row.token_hash == hashed(token)
    assert token not in str(vars(row))
    page = curator.get("/account/tokens")
    assert token not in page.text
    assert "notebook" in page.text
    assert "never used" in page.text
    assert row.expires_at[:10] == (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


def test_the_first_use_of_a_day_is_recorded(
    app: Flask, curator: Member, database: Database, token_row: Callable[[], ApiToken]
) -> None:
    def uses() -> int:
        with database.read() as session:
            found = session.scalars(select(AuditEvent).where(AuditEvent.act == "token.use")).all()
        assert {(one.person_id, one.subject) for one in found} <= {
            (curator.person_id, token_row().id)
        }
        return len(found)

    def used(days: int, minutes: int) -> str:
        at = datetime.now(UTC) - timedelta(days=days, minutes=minutes)
        text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with database.write() as session:
            session.execute(update(ApiToken).values(used_at=text))
        return text

    program = Program(app, made(curator, "read"))
    program.get("/")
    program.get("/")
    assert uses() == 1
    assert token_row().used_at is not None
    before = used(0, 5)
    program.get("/")
    assert token_row().used_at == before, "every ten minutes is often enough"
    used(1, 0)
    program.get("/")
    assert uses() == 2
    assert "never used" not in curator.get("/account/tokens").text


@pytest.mark.usefixtures("impatient")
def test_reading_goes_on_when_the_use_cannot_be_noted(
    app: Flask, curator: Member, database: Database, token_row: Callable[[], ApiToken]
) -> None:
    program = Program(app, made(curator, "read"))
    with database.write() as session:
        session.execute(text("SELECT 1"))  # takes the lock
        assert program.get("/your-mappings").status_code == 200
    assert token_row().used_at is None
    assert program.get("/your-mappings").status_code == 200
    assert token_row().used_at is not None


def test_a_form_that_cannot_be_used_comes_back(curator: Member, database: Database) -> None:
    answer = curator.post("/account/tokens", name=" ", scope="everything", days="10000")
    assert answer.status_code == 422
    for words in ("which program it is for", "Choose one of read", "Choose 7, 30, 90, 365 days"):
        assert words in answer.text
    with database.read() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_so_many_tokens_and_no_more(curator: Member, database: Database) -> None:
    with database.write() as session:
        for number in range(20):
            session.add(
                ApiToken(
                    id=str(number),
                    token_hash=str(number),
                    person_id=curator.person_id,
                    name="one",
                    scope="read",
                    expires_at="2100-01-01T00:00:00.000Z",
                )
            )
    answer = curator.post("/account/tokens", name="one more", scope="read", days="7")
    assert answer.status_code == 422
    assert "You have 20 usable tokens. Revoke one first." in answer.text


def test_a_monitors_token_is_another_thing(app: Flask, curator: Member) -> None:
    program = Program(app, made(curator, "read"))
    assert program.get("/health").status_code == 200
    assert Program(app, "no token of ours").get("/health").status_code == 200
