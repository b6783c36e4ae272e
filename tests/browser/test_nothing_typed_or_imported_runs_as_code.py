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


def test_every_step_of_a_mapping_shows_its_reason_as_text(
    open_page: Opener, evil_catalog: Database
) -> None:
    open_page(f"Sal {EVIL}", "curator")
    reviewer = open_page(f"Ron {EVIL}", "reviewer")
    author, decider = somebody(evil_catalog, "Sal"), somebody(evil_catalog, "Ron")
    first = Proposal(459, "wikipathways:WP197", ANSWERS, note=EVIL)
    again = Proposal(459, "wikipathways:WP197", ANSWERS | {"coverage": "minor"}, note=f"2 {EVIL}")
    uuid = workflow.propose(evil_catalog, author, first)
    for actor, action, proposal in (
        (decider, "return", None),
        (author, "resubmit", again),
        (decider, "approve", None),
        (author, "revise", first),
        (decider, "approve", None),
        (decider, "retire", None),
    ):
        if action in {"resubmit", "revise"}:
            look(reviewer, "/your-mappings")
        workflow.act(evil_catalog, actor, uuid, action, reason=EVIL, proposal=proposal)
        for path in (f"/mappings/{uuid}", f"/mappings/{uuid}/edit", "/review"):
            look(reviewer, path)
    look(reviewer, f"/key-events/459?why={EVIL}")
    look(reviewer, "/key-events/459?why=WP254")


def test_what_people_and_workshops_are_called_is_text(open_page: Opener, site: Site) -> None:
    admin = open_page("Dan Admin", "admin")
    admin.goto("/invitations")
    forms = admin.locator("form")
    code_form = forms.filter(has=admin.get_by_label("Workshop"))
    code_form.get_by_label("Workshop").fill(EVIL)
    code_form.get_by_role("button", name="Make a code").click()
    code = admin.locator(".code-large").inner_text()
    look_here(admin)
    link_form = admin.locator("form").filter(has=admin.get_by_label("Works for"))
    link_form.get_by_label("Name").fill(f"Lin {EVIL}")
    link_form.get_by_role("button", name="Make a link").click()
    look_here(admin)

    guest = open_page()
    guest.goto("/workshop")
    guest.get_by_label("Code").fill(code)
    guest.get_by_label("Your name").fill(f"Gil {EVIL}")
    guest.get_by_role("button", name="Come in").click()
    guest.wait_for_url(f"{site.address}/")
    for path in ("/", "/account", "/account/tokens", "/account/erase", "/privacy", "/workshop"):
        look(guest, path)
    for path in (
        "/people?q=Gil",
        f"/people?q={EVIL}",
        "/audit",
        f"/audit?person={EVIL}&act={EVIL}&since={EVIL}",
        "/invitations",
        "/operator",
    ):
        look(admin, path)
    admin.goto("/people?q=Gil")
    admin.get_by_role("link", name="Gil").first.click()
    look_here(admin)


def test_names_of_genes_and_synonyms_are_text(open_page: Opener, site: Site) -> None:
    database = Database(site.settings.database_path)
    set_name = text("UPDATE gene SET name = :name, aliases = :aliases WHERE symbol = 'CASP9'")
    with database.write() as session:
        before = session.execute(
            text("SELECT name, aliases FROM gene WHERE symbol = 'CASP9'")
        ).one()
        session.execute(set_name, {"name": EVIL, "aliases": before.aliases})
        session.execute(
            text(
                "INSERT INTO target_synonym (target_id, text, scope) "
                "SELECT id, :evil, 'EXACT' FROM target WHERE identifier = 'wikipathways:WP254'"
            ),
            {"evil": EVIL},
        )
    page = open_page("Ines Reader", "curator")
    for path in ("/genes/CASP9", "/targets/wikipathways:WP254", "/key-events/1513?target=WP254"):
        look(page, path)
    with database.write() as session:
        session.execute(set_name, {"name": before.name, "aliases": before.aliases})
        session.execute(text("DELETE FROM target_synonym WHERE text = :evil"), {"evil": EVIL})
    database.close()


def look_here(page: Page) -> None:
    """The same of the page that is open."""
    assert page.evaluate("window.ran") is None, page.url
    assert page.locator("main img[src='x']").count() == 0, page.url


def look(page: Page, path: str) -> None:
    """Open a page and make sure that nothing ran and nothing was evaluated."""
    page.goto(path)
    look_here(page)


def somebody(database: Database, name: str) -> Person:
    """The person of a name that holds script."""
    with database.read() as session:
        found = find(session, "link", f"{name} {EVIL}".casefold())
    assert found is not None
    return found
