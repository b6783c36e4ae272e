"""Cross-site forgery: what a page of another site sends is neither taken nor shown."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.conftest import PATHWAY_ANSWERS, Member
from webapp.curation.models import Mapping
from webapp.database import Database

ADDRESS = "/key-events/1513/mappings"
TYPED = {"target": "wikipathways:WP254", **PATHWAY_ANSWERS, "note": "Typed by a stranger."}

OTHER_SITES: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Mapping)) or 0


@pytest.mark.parametrize("headers", OTHER_SITES, ids=str)
@pytest.mark.parametrize("who", ["anonymous", "curator"])
def test_what_another_site_sends_is_neither_taken_nor_shown(
    who: str,
    headers: dict[str, str],
    request: pytest.FixtureRequest,
    database: Database,
) -> None:
    member: Member = request.getfixturevalue(who)
    member.get("/")  # shows the greeting once and remembers that
    answer = member.client.post(ADDRESS, data=TYPED, headers=headers)
    assert answer.status_code == 400
    assert "Typed by a stranger." not in answer.text
    assert "Set-Cookie" not in answer.headers, "it must not replace anybody's session"
    assert count(database) == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_known_token_does_not_help_another_site(
    site: str, curator: Member, database: Database
) -> None:
    form = {"csrf_token": curator.csrf(), **TYPED}
    answer = curator.client.post(ADDRESS, data=form, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400
    assert count(database) == 0
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert curator.client.post(ADDRESS, data=form, headers=own).status_code == 303
