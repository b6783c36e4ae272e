"""The same table walked again: other methods, forged tokens, bodies too long, limits used up.

`test_every_route_and_role` holds the table and compares it with the application's own map, so that
a route without a row fails there; each row is tried here in every way that does not depend on what
the route is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import text

from tests.access.test_every_route_and_role import ROLES, TABLE
from tests.conftest import PATHWAY_ANSWERS, SECRET, Member, propose
from webapp.accounts.access import declared
from webapp.database import Database
from webapp.security import MAX_REQUEST_BYTES

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"}
JSON = {"Accept": "application/json"}

UNLIMITED = {
    "/key-events/<int:number>/preview",  # changes nothing
    "/sign-out",
}
"""What may be sent as often as one likes."""

CHANGING = sorted((row for row in TABLE if row[0] != "GET"), key=lambda row: row[1] == "/sign-out")
"""Rows of changes; those that sign somebody out are the last."""


@pytest.fixture
def cast(
    anonymous: Member, curator: Member, reviewer: Member, admin: Member
) -> list[tuple[str, Member]]:
    """Everybody by their role."""
    return list(zip(ROLES, (anonymous, curator, reviewer, admin), strict=True))


@pytest.fixture
def uuid(second_curator: Member) -> str:
    """A mapping that waits for review."""
    return propose(second_curator)


@pytest.fixture
def author(second_curator: Member) -> str:
    """The id of somebody else."""
    return second_curator.person_id


@pytest.fixture
def everything(database: Database) -> Callable[[], dict[str, list[Any]]]:
    """All rows of all tables of the main database."""

    def rows() -> dict[str, list[Any]]:
        with database.read() as session:
            names = session.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'"))
            return {
                name: list(session.execute(text(f'SELECT * FROM "{name}"')).all())
                for name in names.all()
                if name.startswith(("mapping", "assessment", "person", "identity", "audit"))
            }

    return rows


def test_other_methods_are_refused_and_told_which_there_are(
    app: Flask, cast: list[tuple[str, Member]], uuid: str, author: str
) -> None:
    allowed: dict[str, set[str]] = {}
    for one in app.url_map.iter_rules():
        allowed.setdefault(one.rule, set()).update(one.methods or set())
    paths = {rule: path.format(uuid=uuid, author=author) for _, rule, path, *_ in TABLE}
    paths["/static/<path:filename>"] = "/static/css/tokens.css"
    assert set(paths) == set(allowed)
    for rule, path in paths.items():
        for role, member in cast:
            for method in METHODS - allowed[rule]:
                answer = member.client.open(path, method=method, headers=JSON)
                assert answer.status_code == 405, (method, path, role)
                assert set(answer.headers["Allow"].split(", ")) == allowed[rule], path
            options = member.client.options(path)
            assert (options.status_code, options.data) == (200, b""), (path, role)


def test_head_answers_as_get_does(cast: list[tuple[str, Member]], uuid: str, author: str) -> None:
    for method, _, path, _, statuses in TABLE:
        for (role, member), status in zip(cast, statuses, strict=True):
            if method == "GET":
                answer = member.client.head(path.format(uuid=uuid, author=author))
                assert (answer.status_code, answer.data) == (status, b""), (path, role)


def sealed(raw: str, key: str = SECRET) -> str:
    """A token as this application makes them."""
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))


def test_without_a_token_or_with_a_wrong_one_nothing_changes(
    cast: list[tuple[str, Member]],
    uuid: str,
    author: str,
    everything: Callable[[], dict[str, list[Any]]],
) -> None:
    before = everything()
    for method, _, path, form, statuses in CHANGING:
        for (role, member), status in zip(cast, statuses, strict=True):
            for token in ({}, {"csrf_token": "wrong"}):
                answer = member.client.open(
                    path.format(uuid=uuid, author=author),
                    method=method,
                    data={**form, **token},
                    headers=JSON,
                )
                assert answer.status_code == (401 if status == 401 else 400), (path, role)
    assert everything() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"csrf_token": sealed("0" * 40, "k" * 32)},
        {"csrf_token": sealed("f" * 40)},
        {"csrf_token": "\u00e9" * 99},
        {"token": sealed("0" * 40), "csrf": sealed("0" * 40)},
    ],
    ids=["of another key", "of another browser", "odd letters", "by another name"],
)
def test_a_token_of_this_browser_cannot_be_made_up(
    fields: dict[str, str], curator: Member, database: Database
) -> None:
    # A token in the address is none: addresses are logged and sent on.
    address = f"/key-events/1513/mappings?csrf_token={curator.csrf()}"
    fields = {"target": "WP254", **PATHWAY_ANSWERS, **fields}
    assert curator.client.post(address, data=fields).status_code == 400
    with database.read() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM mapping")) == 0


def test_a_body_that_is_too_long_is_refused_whoever_sends_it(
    cast: list[tuple[str, Member]],
    uuid: str,
    author: str,
    everything: Callable[[], dict[str, list[Any]]],
) -> None:
    before = everything()
    too_long = "x" * MAX_REQUEST_BYTES
    for method, _, path, form, _ in CHANGING:
        for role, member in cast:
            fields = {"csrf_token": member.csrf(), **form, "note": too_long}
            answer = member.client.open(
                path.format(uuid=uuid, author=author), method=method, data=fields, headers=JSON
            )
            assert answer.status_code == 413, (path, role)
            assert f"{MAX_REQUEST_BYTES:,} bytes" in answer.get_json(force=True)["detail"]
    assert everything() == before


class UsedUp(MemoryStorage):
    """A store in which everybody has done everything as often as they may."""

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Far beyond any limit."""
        return super().incr(key, expiry, 10**9)

    def get(self, key: str) -> int:
        """Far beyond any limit."""
        return 10**9


def test_every_change_has_a_limit(
    app: Flask,
    cast: list[tuple[str, Member]],
    uuid: str,
    author: str,
    everything: Callable[[], dict[str, list[Any]]],
) -> None:
    app.extensions["kewp.limiter"] = FixedWindowRateLimiter(UsedUp())
    before = everything()
    access = declared(app)
    needed = {
        (method, one.rule): access[one.endpoint]
        for one in app.url_map.iter_rules()
        for method in one.methods or ()
    }
    for method, rule, path, form, statuses in CHANGING:
        for (role, member), status in zip(cast, statuses, strict=True):
            fields = {"csrf_token": member.csrf(), **form}
            answer = member.client.open(
                path.format(uuid=uuid, author=author), method=method, data=fields, headers=JSON
            )
            action = needed[method, rule]
            may = action == "public" or (member.person and member.person.can(action))
            if rule in UNLIMITED or not may:
                assert answer.status_code == status, (path, role)
                continue
            assert answer.status_code == 429, (path, role)
            assert 1 <= int(answer.headers["Retry-After"]) <= 3600
            assert answer.get_json(force=True)["status"] == 429
    assert everything() == before


def test_the_table_speaks_of_every_kind_of_answer() -> None:
    assert {status for row in TABLE for status in row[4]} >= {
        200,
        302,
        303,
        401,
        403,
        404,
        409,
        422,
    }
