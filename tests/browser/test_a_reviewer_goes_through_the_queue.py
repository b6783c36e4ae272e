from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import Opener, Site, chord
from webapp.accounts.people import enrol
from webapp.curation import workflow
from webapp.curation.claim import Proposal
from webapp.curation.models import Mapping
from webapp.database import Database

ANSWERS = {
    "relationship": "unclear",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}
PAIRS = ((3, "WP254"), (3, "WP197"), (3, "WP4923"))


@pytest.fixture
def waiting(site: Site) -> Iterator[list[str]]:
    """Three proposals, the only ones that wait; what is left of them is taken back afterwards."""
    database = Database(site.settings.database_path)
    with database.write() as session:
        author = enrol(session, "link", "xan curator", "Xan Curator", "curator")
    take_back_all(database)
    uuids = [
        workflow.propose(database, author, Proposal(number, f"wikipathways:{target}", ANSWERS))
        for number, target in PAIRS
    ]
    yield uuids
    take_back_all(database)
    database.close()


def take_back_all(database: Database) -> None:
    """Withdraw whatever waits, each by its author."""
    with database.read() as session:
        left = session.scalars(select(Mapping).where(Mapping.state == "proposed")).all()
        waiting = [(one.latest.author, one.uuid) for one in left]
    for author, uuid in waiting:
        workflow.act(database, author, uuid, "withdraw")


def is_in_main(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement.closest('main') !== null"))


def test_decide_skip_and_go_on_by_keyboard(
    open_page: Opener, site: Site, waiting: list[str]
) -> None:
    page = open_page("Yul Reviewer", "reviewer")
    chord(page, "r")
    page.wait_for_url("**/review")
    page.locator("ol.rows a.row-title").first.press("Enter")
    page.wait_for_url(f"**/mappings/{waiting[0]}?return_to=review")
    page.keyboard.press("s")
    page.wait_for_url(f"**/mappings/{waiting[1]}?return_to=review")

    page.get_by_label("Reason").fill("Too broad.")
    page.get_by_role("button", name="Reject").press("Enter")
    page.wait_for_url(f"**/mappings/{waiting[2]}?return_to=review#main")
    expect(page.get_by_role("main")).to_contain_text("Rejected: KE 3 → WP197.")
    expect(page.get_by_label("Reason")).to_have_value("")
    page.keyboard.press("Tab")
    assert is_in_main(page), "the way through the page begins at its content"

    page.get_by_role("button", name="Approve").press("Enter")
    page.wait_for_url(f"**/mappings/{waiting[0]}?return_to=review#main")
    page.get_by_role("button", name="Approve").press("Enter")
    page.wait_for_url("**/review")
    expect(page.get_by_role("main")).to_contain_text("Approved: KE 3 → WP254.")
    expect(page.get_by_role("main")).to_contain_text("Nothing waits")

    database = Database(site.settings.database_path)
    with database.read() as session:
        states = [
            session.scalars(select(Mapping.state).where(Mapping.uuid == uuid)).one()
            for uuid in waiting
        ]
    database.close()
    assert states == ["approved", "rejected", "approved"]
