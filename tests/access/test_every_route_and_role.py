"""One table: every route of the application, every role, the exact status."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.accounts.models import ApiToken, AuditEvent
from webapp.curation.models import Mapping, MappingEvent
from webapp.database import Database

ROLES = ("anonymous", "curator", "reviewer", "admin")
ALL_200 = (200, 200, 200, 200)

# (method, rule, path, form, statuses in the order of ROLES)
TABLE: list[tuple[str, str, str, dict[str, str], tuple[int, int, int, int]]] = [
    ("GET", "/", "/", {}, ALL_200),
    ("GET", "/health", "/health", {}, ALL_200),
    ("GET", "/health/live", "/health/live", {}, ALL_200),
    ("GET", "/metrics", "/metrics", {}, ALL_200),
    ("GET", "/key-events", "/key-events?q=oxidative&level=Cellular", {}, ALL_200),
    ("GET", "/key-events/<int:number>", "/key-events/1513", {}, ALL_200),
    ("GET", "/key-events/<int:number>", "/key-events/99999", {}, (404,) * 4),
    ("GET", "/aops", "/aops?q=liver", {}, ALL_200),
    ("GET", "/aops/<int:number>", "/aops/38", {}, ALL_200),
    ("GET", "/targets/<identifier>", "/targets/wikipathways:WP254", {}, ALL_200),
    ("GET", "/targets/<identifier>", "/targets/WP254", {}, (301,) * 4),
    ("GET", "/targets/<identifier>", "/targets/nothing", {}, (404,) * 4),
    ("GET", "/genes/<symbol>", "/genes/CASP9", {}, ALL_200),
    ("GET", "/genes/<symbol>", "/genes/casp9", {}, (301,) * 4),
    ("GET", "/genes/<symbol>", "/genes/NOSUCH1", {}, (404,) * 4),
    ("GET", "/search", "/search?q=liver", {}, ALL_200),
    ("GET", "/search", "/search?q=KE%201513", {}, (302,) * 4),
    ("GET", "/suggestions/quality", "/suggestions/quality", {}, ALL_200),
    ("GET", "/review", "/review", {}, ALL_200),
    ("GET", "/your-mappings", "/your-mappings", {}, (302, 200, 200, 200)),
    ("GET", "/mappings/<uuid>", "/mappings/{uuid}", {}, ALL_200),
    ("GET", "/data", "/data", {}, ALL_200),
    ("GET", "/privacy", "/privacy", {}, ALL_200),
    ("GET", "/people", "/people?q=ada&role=curator", {}, (302, 403, 403, 200)),
    ("GET", "/people/<person_id>", "/people/{author}", {}, (302, 403, 403, 200)),
    ("GET", "/people/<person_id>", "/people/nobody", {}, (302, 403, 403, 404)),
    (
        "POST",
        "/people/<person_id>/role",
        "/people/{author}/role",
        {"role": "reviewer"},
        (401, 403, 403, 303),
    ),
    (
        "POST",
        "/people/<person_id>/role",
        "/people/{author}/role",
        {"role": "emperor"},
        (401, 403, 403, 409),
    ),
    (
        "POST",
        "/people/<person_id>/<any(block, unblock, 'sign-out', 'revoke-tokens'):action>",
        "/people/{author}/block",
        {},
        (401, 403, 403, 303),
    ),
    ("GET", "/people/<person_id>/erase", "/people/{author}/erase", {}, (302, 403, 403, 200)),
    (
        "POST",
        "/people/<person_id>/erase",
        "/people/{author}/erase",
        {"name": "Ben Curator"},
        (401, 403, 403, 303),
    ),
    (
        "POST",
        "/people/<person_id>/erase",
        "/people/{author}/erase",
        {"name": "Somebody Else"},
        (401, 403, 403, 422),
    ),
    ("GET", "/audit", "/audit?act=role&since=2026-01-01", {}, (302, 403, 403, 200)),
    (
        "GET",
        "/audit/events.<any(csv, jsonl):kind>",
        "/audit/events.csv",
        {},
        (302, 403, 403, 200),
    ),
    ("GET", "/account/tokens", "/account/tokens", {}, (302, 200, 200, 200)),
    (
        "POST",
        "/account/tokens",
        "/account/tokens",
        {"name": "notebook", "scope": "propose", "days": "30"},
        (401, 201, 201, 201),
    ),
    (
        "POST",
        "/account/tokens",
        "/account/tokens",
        {"name": "notebook", "scope": "review", "days": "30"},
        (401, 422, 201, 201),
    ),
    (
        "POST",
        "/account/tokens/<token_id>/revoke",
        "/account/tokens/unknown/revoke",
        {},
        (401, 404, 404, 404),
    ),
    ("GET", "/account/export", "/account/export", {}, (302, 200, 200, 200)),
    ("GET", "/account/erase", "/account/erase", {}, (302, 200, 200, 200)),
    (
        "POST",
        "/account/erase",
        "/account/erase",
        {"name": "Nobody"},
        (401, 422, 422, 422),
    ),
    ("GET", "/operator", "/operator", {}, (302, 403, 403, 200)),
    ("GET", "/operator/parts", "/operator/parts", {}, (302, 403, 403, 200)),
    # No supervisord runs here; tests/operations has one.
    ("GET", "/operator/programs/<name>", "/operator/programs/web", {}, (302, 403, 403, 503)),
    (
        "POST",
        "/operator/programs/<name>/<any(start, restart):action>",
        "/operator/programs/web/restart",
        {},
        (401, 403, 403, 503),
    ),
    (
        "POST",
        "/operator/programs/<name>/<any(start, restart):action>",
        "/operator/programs/backup-now/start",
        {},
        (401, 403, 403, 503),
    ),
    ("GET", "/operator/snapshots", "/operator/snapshots", {}, (302, 403, 403, 200)),
    (
        "GET",
        "/operator/snapshots/<name>",
        "/operator/snapshots/ke_wp_mapping.db",
        {},
        (302, 403, 403, 404),
    ),
    ("GET", "/exports/mappings.sssom.tsv", "/exports/mappings.sssom.tsv", {}, ALL_200),
    ("GET", "/exports/mappings.csv", "/exports/mappings.csv", {}, ALL_200),
    ("GET", "/exports/mappings.gmt", "/exports/mappings.gmt", {}, ALL_200),
    ("GET", "/sign-in", "/sign-in", {}, ALL_200),
    ("GET", "/sign-in/<token>", "/sign-in/unknown", {}, (410,) * 4),
    ("POST", "/sign-in/<token>", "/sign-in/unknown", {}, (410,) * 4),
    # No provider is configured here; tests/accounts has real ones.
    ("GET", "/sign-in/with/<key>", "/sign-in/with/github", {}, (404,) * 4),
    ("GET", "/sign-in/with/<key>/callback", "/sign-in/with/github/callback", {}, (404,) * 4),
    ("GET", "/account/link/<key>", "/account/link/github", {}, (302, 404, 404, 404)),
    ("GET", "/account", "/account", {}, (302, 200, 200, 200)),
    (
        "POST",
        "/account/unlink",
        "/account/unlink",
        {"provider": "link", "subject": "ada curator"},
        (401, 409, 409, 409),
    ),
    ("POST", "/account/sessions/end", "/account/sessions/end", {}, (401, 303, 303, 303)),
    ("GET", "/workshop", "/workshop", {}, ALL_200),
    ("POST", "/workshop", "/workshop", {"code": "AAAA-AAAA-AAAA", "name": "Eve"}, (422,) * 4),
    ("GET", "/invitations", "/invitations", {}, (302, 403, 403, 200)),
    (
        "POST",
        "/invitations/link",
        "/invitations/link",
        {"name": "Eve", "role": "curator", "span": "1d"},
        (401, 403, 403, 200),
    ),
    ("POST", "/invitations/link", "/invitations/link", {}, (401, 403, 403, 422)),
    (
        "POST",
        "/invitations/codes",
        "/invitations/codes",
        {"label": "Course", "uses": "30", "days": "2"},
        (401, 403, 403, 200),
    ),
    ("POST", "/invitations/codes", "/invitations/codes", {}, (401, 403, 403, 422)),
    (
        "POST",
        "/invitations/codes/<code_id>/revoke",
        "/invitations/codes/unknown/revoke",
        {},
        (401, 403, 403, 404),
    ),
    ("POST", "/sign-out", "/sign-out", {}, (303,) * 4),
    (
        "POST",
        "/key-events/<int:number>/mappings",
        "/key-events/1945/mappings",
        {"target": "WP4923", **PATHWAY_ANSWERS},
        (401, 303, 303, 303),
    ),
    (
        "POST",
        "/key-events/<int:number>/mappings",
        "/key-events/1945/mappings",
        {"target": "WP4923"},
        (401, 422, 422, 422),
    ),
    (
        "POST",
        "/key-events/<int:number>/mappings",
        "/key-events/1513/mappings",
        {"target": "WP254", **PATHWAY_ANSWERS},
        (401, 409, 409, 409),
    ),
    ("GET", "/key-events/<int:number>/mappings", "/key-events/1513/mappings", {}, (302,) * 4),
    (
        "POST",
        "/key-events/<int:number>/preview",
        "/key-events/1513/preview",
        {"target": "WP254"},
        (401, 200, 200, 200),
    ),
    (
        "GET",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/approve",
        {},
        (302,) * 4,
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/approve",
        {"version": "1"},
        (401, 403, 303, 303),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/reject",
        {"version": "1"},
        (401, 403, 422, 422),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/withdraw",
        {"version": "1"},
        (401, 403, 403, 403),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/00000000-0000-0000-0000-000000000000/approve",
        {},
        (401, 404, 404, 404),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/return",
        {"version": "1"},
        (401, 403, 422, 422),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/retire",
        {"version": "1"},
        (401, 403, 409, 409),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/supersede",
        {"version": "1"},
        (401, 403, 409, 409),
    ),
    (
        "POST",
        "/mappings/<uuid>/<any(approve, return, reject, withdraw, retire, supersede, undo):action>",
        "/mappings/{uuid}/undo",
        {"version": "1"},
        (401, 403, 403, 403),
    ),
    ("GET", "/mappings/<uuid>/edit", "/mappings/{uuid}/edit", {}, (302, 409, 409, 409)),
    ("POST", "/mappings/<uuid>/edit", "/mappings/{uuid}/edit", {}, (401, 409, 409, 409)),
]


@pytest.fixture
def uuid(second_curator: Member) -> str:
    return propose(second_curator)


@pytest.fixture
def author(second_curator: Member) -> str:
    """The id of whoever proposed that mapping."""
    return second_curator.person_id


@pytest.fixture(params=ROLES)
def member(request: pytest.FixtureRequest) -> Member:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Member)
    return found


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[2]} {row[3].get('target')}")
def test_the_status_of_every_route_for_every_role(
    row: tuple[str, str, str, dict[str, str], tuple[int, int, int, int]],
    member: Member,
    uuid: str,
    author: str,
) -> None:
    method, _, path, form, statuses = row
    expected = statuses[ROLES.index(member.person.role if member.person else "anonymous")]
    path = path.format(uuid=uuid, author=author)
    answer = member.get(path) if method == "GET" else member.post(path, **form)
    assert answer.status_code == expected, answer.text
    assert answer.headers["X-Request-ID"]
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


def test_the_table_holds_every_route(app: Flask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, rule) for method, rule, *_ in TABLE}


@pytest.mark.parametrize("row", [row for row in TABLE if row[0] == "POST"], ids=lambda row: row[2])
@pytest.mark.parametrize("token", [None, "wrong"])
@pytest.mark.parametrize("who", ["anonymous", "admin"])
def test_nothing_changes_without_a_valid_token(
    row: tuple[str, str, str, dict[str, str], tuple[int, int, int, int]],
    token: str | None,
    who: str,
    request: pytest.FixtureRequest,
    database: Database,
    uuid: str,
    author: str,
) -> None:
    def rows() -> list[int | None]:
        with database.read() as session:
            return [
                session.scalar(select(func.count()).select_from(table))
                for table in (Mapping, MappingEvent, AuditEvent, ApiToken)
            ]

    member: Member = request.getfixturevalue(who)
    before = rows()
    form = row[3] if token is None else {**row[3], "csrf_token": token}
    answer = member.client.post(row[2].format(uuid=uuid, author=author), data=form)
    signed_out = who == "anonymous" and row[4][0] == 401
    assert answer.status_code == (401 if signed_out else 400)
    assert ("not signed in" if signed_out else "no longer valid") in answer.text
    assert rows() == before


def test_a_view_that_does_not_say_who_may_open_it_stops_the_start(app: Flask) -> None:
    from webapp.accounts.access import declared

    app.view_functions["forgotten"] = lambda: ""
    with pytest.raises(RuntimeError, match="forgotten"):
        declared(app)
