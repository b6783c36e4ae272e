"""After a decision the reviewer lands on what waits next, and is told what was decided."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.conftest import Member, propose
from webapp.curation.models import Mapping
from webapp.database import Database

PAIRS = ((1513, "WP254"), (1945, "WP4923"), (642, "WP197"))


@pytest.fixture
def waiting(curator: Member) -> list[str]:
    return [propose(curator, *pair) for pair in PAIRS]


def decide(member: Member, uuid: str, action: str, **fields: str) -> str:
    answer = member.post(f"/mappings/{uuid}/{action}", version="1", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def state(database: Database, uuid: str) -> str:
    with database.read() as session:
        return session.scalars(select(Mapping.state).where(Mapping.uuid == uuid)).one()


def skip(page: str) -> str | None:
    """Where `Skip` leads."""
    found = re.search(r'href="/mappings/([^"?]+)\?return_to=review[^"]*"[^>]*>\s*Skip', page)
    return found[1] if found else None


def test_the_next_one_then_the_first_again_then_the_queue(
    reviewer: Member, waiting: list[str], database: Database
) -> None:
    first, second, third = waiting
    there = decide(reviewer, second, "approve", return_to="review")
    assert there == f"/mappings/{third}?return_to=review#main"
    page = reviewer.get(there).text
    assert f'Approved: <a href="/mappings/{second}">KE 1945 → WP4923</a>' in page
    assert 'name="return_to" value="review"' in page

    there = decide(reviewer, third, "reject", return_to="review", reason="Too broad.")
    assert there == f"/mappings/{first}?return_to=review#main"
    page = reviewer.get(there).text
    assert f'Rejected: <a href="/mappings/{third}">KE 642 → WP197</a>' in page
    rejection = page.split("Rejected: ", 1)[0].rsplit('class="notice ', 1)[1]
    assert rejection.startswith("notice-info"), "a rejection is no success"

    assert decide(reviewer, first, "approve", return_to="review") == "/review"
    page = reviewer.get("/review").text
    assert f'Approved: <a href="/mappings/{first}">KE 1513 → WP254</a>' in page
    assert "Nothing waits" in page
    assert [state(database, uuid) for uuid in waiting] == ["approved", "approved", "rejected"]


def test_skipping_decides_nothing_and_passes_over_ones_own(
    reviewer: Member, waiting: list[str], database: Database
) -> None:
    own = propose(reviewer, 1945, "WP254")
    page = reviewer.get(f"/mappings/{waiting[2]}?return_to=review").text
    assert skip(page) == waiting[0]
    page = reviewer.get(f"/mappings/{waiting[0]}?return_to=review").text
    assert skip(page) == waiting[1]
    assert 'href="/review"' in page
    assert state(database, own) == "proposed"


def test_the_last_one_cannot_be_skipped(reviewer: Member, curator: Member) -> None:
    uuid = propose(curator)
    assert skip(reviewer.get(f"/mappings/{uuid}?return_to=review").text) is None


def test_who_came_by_a_link_stays_and_may_go_on(reviewer: Member, waiting: list[str]) -> None:
    there = decide(reviewer, waiting[0], "approve")
    assert there == f"/mappings/{waiting[0]}"
    page = reviewer.get(there).text
    assert "Approved: " in page
    assert f'href="/mappings/{waiting[1]}?return_to=review"' in page


def test_curators_and_readers_see_what_waits_but_are_not_led_through_it(
    curator: Member, anonymous: Member, waiting: list[str]
) -> None:
    for member in (curator, anonymous):
        sections = member.get("/").text.split('aria-label="Sections"', 1)[1].split("</nav>")[0]
        assert 'href="/review"' in sections
        assert "3<span" in sections
        assert skip(member.get(f"/mappings/{waiting[0]}?return_to=review").text) is None
