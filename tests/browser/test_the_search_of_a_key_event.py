from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_an_identifier_on_any_tab_is_its_target_and_can_be_proposed(open_page: Opener) -> None:
    page = open_page("Wim Curator", "curator")
    page.goto("/key-events/459?resource=reactome")
    box = page.get_by_label("Search all of Reactome")
    box.fill("wp197")
    box.press("Enter")
    rows = page.locator("ol.rows > li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("WP197")
    tabs = page.get_by_role("navigation", name="Resources")
    expect(tabs.locator("[aria-current]")).to_contain_text("WikiPathways")
    expect(page.locator("#candidate-title")).to_have_text("Cholesterol biosynthesis pathway")
    expect(page.get_by_role("button", name="Propose", exact=True)).to_be_visible()
    tabs.get_by_role("link", name="GO biological process").click()
    expect(page.get_by_role("heading", name="Suggestions")).to_be_visible()


def test_what_is_not_in_the_catalog_and_what_no_name_shares(open_page: Opener) -> None:
    page = open_page()
    page.goto("/key-events/459")
    box = page.get_by_label("Search all of WikiPathways")
    box.fill("WP99999")
    box.press("Enter")
    expect(page.locator("#suggestions")).to_contain_text("WP99999 is not in the catalog")
    expect(page.locator("ol.rows > li")).to_have_count(0)
    box.fill("zzzzz")
    box.press("Enter")
    expect(page.locator("#suggestions")).to_contain_text("Nothing found for “zzzzz”")
    box.fill("dying neurons")
    box.press("Enter")
    expect(page.locator("#suggestions")).to_contain_text("None of these names shares a word")
    expect(page.locator("ol.rows > li").first).to_be_visible()
