"""A long form and what happens to people: sessions expire, others are faster, pages are left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from tests.browser.conftest import Opener, Site
from webapp.accounts.models import SignedInSession
from webapp.accounts.people import find
from webapp.accounts.runtime import open_runtime
from webapp.catalog.models import KeyEvent
from webapp.curation import workflow
from webapp.curation.models import Mapping, MappingVersion
from webapp.database import Database

NOTE = "Figure 2 shows the cascade.\nIt took a while to write this down. " * 12
ANSWERS = ("Responsive", "Likely", "Includes it", "Key steps")


@pytest.fixture(autouse=True)
def _free_pair(site: Site) -> Iterator[None]:
    """Every test finds the pair unmapped, whatever an earlier one left."""
    yield
    database = Database(site.settings.database_path)
    with database.read() as session:
        mappings = session.scalars(
            select(Mapping)
            .join(KeyEvent)
            .where(KeyEvent.number == 1945, Mapping.state == "proposed")
        ).all()
        left = [(one.latest.author, one.uuid) for one in mappings]
    for author, uuid in left:
        workflow.act(database, author, uuid, "withdraw")
    database.close()


def fill(page: Page, note: str = NOTE) -> None:
    """Answer everything and write a long note."""
    for answer in ANSWERS:
        page.get_by_role("radio", name=re.compile(f"^{answer}")).check()
    page.get_by_label("References").fill("10.1000/182")
    page.get_by_label("Note").fill(note)


def holds_everything(page: Page, note: str = NOTE) -> None:
    for answer in ANSWERS:
        expect(page.get_by_role("radio", name=re.compile(f"^{answer}"))).to_be_checked()
    expect(page.get_by_label("References")).to_have_value("10.1000/182")
    expect(page.get_by_label("Note")).to_have_value(note)


def expire_all_sessions(site: Site) -> None:
    with open_runtime(site.settings.runtime_path).write() as session:
        session.execute(delete(SignedInSession))


def sign_in_in_another_tab(page: Page, site: Site, name: str) -> None:
    other = page.context.new_page()
    other.goto(site.sign_in_link(name, "curator"))
    other.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("main")).to_contain_text("You are signed in.")
    other.close()


def notes_of(site: Site, name: str) -> list[str]:
    """Notes of what somebody proposed, oldest first."""
    database = Database(site.settings.database_path)
    with database.read() as session:
        person = find(session, "link", name.casefold())
        assert person is not None
        found = session.scalars(
            select(MappingVersion.note)
            .where(MappingVersion.author_id == person.id)
            .order_by(MappingVersion.id)
        ).all()
    database.close()
    return list(found)


def test_an_expired_session_without_scripts(open_page: Opener, site: Site) -> None:
    page = open_page("Ivy Curator", "curator", "401", java_script_enabled=False)
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    expire_all_sessions(site)
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("You are not signed in.")
    holds_everything(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in_in_another_tab(page, site, "Ivy Curator")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Proposed: KE 1945 → WP4923.")
    assert notes_of(site, "Ivy Curator") == [NOTE.strip()]


def test_an_expired_session_with_scripts_is_told_at_the_next_answer(
    open_page: Opener, site: Site
) -> None:
    page = open_page("Jo Curator", "curator", "401")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("skos:broadMatch")
    expire_all_sessions(site)
    page.get_by_role("radio", name=re.compile("^Specific")).check()
    expect(verdict).to_contain_text("You are not signed in.")
    expect(verdict).not_to_contain_text("skos:")
    sign_in_in_another_tab(page, site, "Jo Curator")
    page.get_by_role("radio", name=re.compile("^Includes it")).check()
    expect(verdict).to_contain_text("skos:broadMatch")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Proposed: KE 1945 → WP4923.")
    assert notes_of(site, "Jo Curator") == [NOTE.strip()]


def test_going_back_after_an_expired_session(open_page: Opener, site: Site) -> None:
    page = open_page("Kim Curator", "curator", "401")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    expire_all_sessions(site)
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("You are not signed in.")
    page.go_back()
    sign_in_in_another_tab(page, site, "Kim Curator")
    page.reload()
    holds_everything(page)
    expect(page.locator("#verdict")).to_contain_text("skos:broadMatch")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Proposed: KE 1945 → WP4923.")
    assert notes_of(site, "Kim Curator") == [NOTE.strip()]


def test_two_curators_on_one_pair(open_page: Opener, site: Site) -> None:
    first, second = open_page("Lea Curator", "curator"), open_page("Max Curator", "curator")
    for page in (first, second):
        page.goto("/key-events/1945?target=WP4923")
    fill(second)
    fill(first, "A short note.")
    first.get_by_role("button", name="Propose", exact=True).click()
    expect(first.get_by_role("main")).to_contain_text("Proposed: KE 1945 → WP4923.")
    second.get_by_role("button", name="Propose", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("This pair is already proposed.")
    expect(second.get_by_role("heading", level=1)).to_have_text("Dysfunctional Autophagy")
    expect(second.get_by_label("Note, not sent")).to_have_value(NOTE)
    expect(second.get_by_label("References, not sent")).to_have_value("10.1000/182")
    second.get_by_role("alert").get_by_role("link", name="See that mapping").click()
    expect(second.get_by_role("main")).to_contain_text("A short note.")
    assert notes_of(site, "Max Curator") == []
    assert notes_of(site, "Lea Curator") == ["A short note."]


def test_another_candidate_and_a_search_keep_the_draft(open_page: Opener, site: Site) -> None:
    page = open_page("Noa Curator", "curator")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    page.goto("/key-events/1945?target=WP254")
    expect(page.get_by_label("Note")).to_have_value("")
    page.get_by_label("Note").fill("Of another candidate.")
    page.goto("/key-events/1945?q=apoptosis")
    page.goto("/key-events/1945?target=WP4923")
    holds_everything(page)
    expect(page.get_by_text("What you typed here earlier is back.")).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("skos:broadMatch")

    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Note")).to_have_value("")
    expect(page.locator("#propose :checked[type=radio]")).to_have_count(0)
    expect(page.locator("#verdict")).to_contain_text("follow from your answers")
    page.reload()
    expect(page.get_by_label("Note")).to_have_value("")
    page.goto("/key-events/1945?target=WP254")
    expect(page.get_by_label("Note")).to_have_value("Of another candidate.")

    page.locator("summary", has_text="Noa Curator").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("main")).to_contain_text("You are signed out.")
    page.goto(site.sign_in_link("Oda Curator", "curator"))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto("/key-events/1945?target=WP254")
    expect(page.get_by_label("Note")).to_have_value("")


def test_what_was_sent_is_no_draft_any_more(open_page: Opener, site: Site) -> None:
    page = open_page("Pat Curator", "curator")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Proposed: KE 1945 → WP4923.")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("main")).to_contain_text("Withdrawn: ")
    page.goto("/key-events/1945?target=WP4923")
    expect(page.get_by_label("Note")).to_have_value("")
    assert notes_of(site, "Pat Curator") == [NOTE.strip()]


def test_after_going_back_the_verdict_is_that_of_the_answers(open_page: Opener) -> None:
    page = open_page("Ria Curator", "curator")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    expect(page.locator("#verdict")).to_contain_text("skos:broadMatch")
    page.get_by_role("link", name="Data", exact=True).click()
    page.wait_for_url("**/data")
    page.go_back()
    holds_everything(page)
    expect(page.locator("#verdict")).to_contain_text("skos:broadMatch")


def test_changing_predicate_or_confidence_changes_the_verdict(open_page: Opener) -> None:
    page = open_page("Sam Curator", "curator")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    page.get_by_text("Change predicate or confidence").click()
    page.get_by_label("Predicate").select_option("skos:exactMatch")
    expect(page.locator("#verdict")).to_contain_text("You change this to")
    expect(page.locator("#verdict")).to_contain_text("skos:exactMatch")
    expect(page.locator("#verdict")).to_contain_text("skos:broadMatch")


def test_a_server_that_does_not_answer_leaves_no_old_verdict(open_page: Opener) -> None:
    page = open_page("Tom Curator", "curator", "503")
    page.goto("/key-events/1945?target=WP4923")
    fill(page)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("skos:broadMatch")
    page.route("**/preview", lambda route: route.fulfill(status=503, body="busy"))
    page.get_by_role("radio", name=re.compile("^Specific")).check()
    expect(page.locator("#status")).to_contain_text("The server answered 503.")
    expect(verdict).not_to_contain_text("skos:")
    holds = page.get_by_label("Note")
    expect(holds).to_have_value(NOTE)
    page.unroute("**/preview")
    page.get_by_role("radio", name=re.compile("^Includes it")).check()
    expect(verdict).to_contain_text("skos:broadMatch")


def test_the_reason_of_a_review_is_kept_while_looking_elsewhere(
    open_page: Opener, site: Site
) -> None:
    author = open_page("Uma Curator", "curator")
    author.goto("/key-events/1945?target=WP4923")
    fill(author)
    author.get_by_role("button", name="Propose", exact=True).click()
    expect(author.get_by_role("main")).to_contain_text("Proposed: ")
    address = author.url
    reviewer = open_page("Vic Reviewer", "reviewer")
    reviewer.goto(address)
    reviewer.get_by_label("Reason").fill("The second figure is of another cell type.")
    reviewer.goto("/targets/wikipathways:WP4923")
    reviewer.goto(address)
    expect(reviewer.get_by_label("Reason")).to_have_value(
        "The second figure is of another cell type."
    )
    assert notes_of(site, "Uma Curator") == [NOTE.strip()]
