"""Script in every field that a person or a source can fill, looked at in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browser.conftest import Opener, Site
from webapp.accounts.models import Person
from webapp.accounts.people import find
from webapp.curation import workflow
from webapp.curation.claim import Proposal
from webapp.database import Database

EVIL = "<img src=x onerror=\"window.ran='yes'\"><script>window.ran='yes'</script>'\"{{7*7}}"
ROWS = {
    "key_event": "number = 459",
    "aop": "number = 40",
    "target": "identifier = 'wikipathways:WP197'",
}
ANSWERS = {
    "relationship": "unclear",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}


@pytest.fixture
def evil_catalog(site: Site) -> Iterator[Database]:
    """The catalog with script in the titles and descriptions of three rows, mended afterwards."""
    database = Database(site.settings.database_path)
    before = {}
    for table, where in ROWS.items():
        with database.write() as session:
            before[table] = session.execute(
                text(f"SELECT title, description FROM {table} WHERE {where}")
            ).one()
            session.execute(
                text(
                    f"UPDATE {table} SET title = :evil || ' ' || title, "
                    f"description = :evil || description WHERE {where}"
                ),
                {"evil": EVIL},
            )
    yield database
    for table, where in ROWS.items():
        with database.write() as session:
            session.execute(
                text(f"UPDATE {table} SET title = :t, description = :d WHERE {where}"),
                {"t": before[table].title, "d": before[table].description},
            )
    database.close()


def test_titles_names_and_notes_are_shown_as_text(
    open_page: Opener, evil_catalog: Database
) -> None:
    curator = open_page(f"Eve {EVIL}", "curator")
    uuid = workflow.propose(
        evil_catalog,
        somebody(evil_catalog, "Eve"),
        Proposal(
            459,
            "wikipathways:WP197",
            ANSWERS,
            note=EVIL,
            confidence="low",
            override_reason=EVIL,
        ),
    )
    for path in (
        "/",
        "/key-events/459?target=WP197",
        f"/key-events/459?q={EVIL}",
        "/key-events?q=459",
        "/aops/40",
        "/aops",
        "/targets/wikipathways:WP197",
        f"/search?q={EVIL}",
        f"/mappings/{uuid}",
        "/review",
    ):
        look(curator, path)
    reviewer = open_page(f"Rev {EVIL}", "reviewer")
    workflow.act(evil_catalog, somebody(evil_catalog, "Rev"), uuid, "reject", reason=EVIL)
    look(reviewer, f"/mappings/{uuid}")
    expect(reviewer.get_by_role("main")).to_contain_text("<script>window.ran='yes'</script>")


def look(page: Page, path: str) -> None:
    """Open a page and make sure that nothing ran and nothing was evaluated."""
    page.goto(path)
    assert page.evaluate("window.ran") is None, path
    assert page.locator("main img[src='x']").count() == 0, path


def somebody(database: Database, name: str) -> Person:
    """The person of a name that holds script."""
    with database.read() as session:
        found = find(session, "link", f"{name} {EVIL}".casefold())
    assert found is not None
    return found
