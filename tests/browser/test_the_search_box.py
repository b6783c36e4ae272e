"""The search box by keyboard alone, with the real encoder behind it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_a_misspelt_word_leads_to_its_key_event_by_keyboard_alone(open_page: Opener) -> None:
    page = open_page()
    page.goto("/aops")
    page.keyboard.press("/")
    page.keyboard.type("general apoptisis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Nearest: apoptosis for “apoptisis”")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    first = page.locator("[data-result]").first
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/key-events/1513")


def test_what_no_name_holds_is_found_by_meaning_without_scripts(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/data")
    page.get_by_role("searchbox").fill("suicide of cells")
    page.get_by_role("searchbox").press("Enter")
    nearest = page.get_by_role("region", name="Nearest in meaning")
    expect(nearest.get_by_role("link", name="Apoptosis", exact=True).first).to_be_visible()


def test_a_gene_leads_to_its_page(open_page: Opener) -> None:
    page = open_page()
    page.goto("/search?q=casp9")
    page.locator("[data-result]").first.click()
    expect(page.get_by_role("heading", level=1, name="CASP9")).to_be_visible()
    expect(page.get_by_role("link", name="Apoptosis", exact=True).first).to_be_visible()
