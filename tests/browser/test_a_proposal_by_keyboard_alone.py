from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener


def focused(page: Page) -> str:
    """What has the focus, in words."""
    return str(
        page.evaluate(
            "(document.activeElement.textContent || document.activeElement.name || '').trim()"
        )
    )


def tab_to(page: Page, text: str) -> None:
    """Press Tab until something with this text has the focus; it must be visible."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if focused(page).startswith(text):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {text} cannot be seen"
            return
    raise AssertionError(f"{text} cannot be reached by Tab")


def test_search_choose_answer_propose(open_page: Opener) -> None:
    page = open_page("Kay Curator", "curator")
    page.keyboard.press("/")
    page.keyboard.type("KE 642")
    page.keyboard.press("Enter")
    page.wait_for_url("**/key-events/642")
    tab_to(page, "Cholesterol biosynthesis pathway")
    page.keyboard.press("Enter")
    page.wait_for_url("**target=WP197**")
    page.locator("#propose input[type=radio]").first.focus()
    for _question in range(4):
        page.keyboard.press("1")
    expect(page.locator("#propose input[type=radio]:checked")).to_have_count(4)
    expect(page.locator("#verdict")).to_contain_text("high")
    tab_to(page, "Propose")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mappings/**")
    tab_to(page, "Withdraw")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Withdrawn: KE 642 → WP197.")
