"""Keys: they search, go places, answer questions in turn, and can be switched off."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opener, chord


def test_slash_searches_and_chords_go_to_sections(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search Key Events")).to_be_focused()
    page.keyboard.type("g d")  # typing is typing, not going
    assert page.url.endswith("/")
    page.keyboard.press("Escape")
    chord(page, "d")
    page.wait_for_url("**/data")


def test_the_first_tab_stop_skips_to_the_content(open_page: Opener) -> None:
    page = open_page()
    page.goto("/data")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.activeElement.closest('main') !== null")
    assert inside


def test_digits_answer_each_question_in_turn(open_page: Opener) -> None:
    page = open_page("Ada Curator")
    page.goto("/key-events/642?target=WP197")
    for digit in "1212":
        page.keyboard.press(digit)
    chosen = page.eval_on_selector_all(
        "form[data-questions] input[type=radio]:checked",
        "all => all.map(one => [one.name, "
        "[...one.closest('fieldset').querySelectorAll('input')].indexOf(one) + 1])",
    )
    assert chosen == [["relationship", 1], ["evidence", 2], ["specificity", 1], ["coverage", 2]]
    expect(page.get_by_role("button", name="Propose")).to_be_focused()


def test_digits_in_a_text_are_text(open_page: Opener) -> None:
    page = open_page("Ada Curator")
    page.goto("/key-events/642?target=WP197")
    note = page.get_by_label("Note")
    note.press_sequentially("12")
    expect(note).to_have_value("12")
    assert page.locator("input[type=radio]:checked").count() == 0


def test_single_keys_can_be_switched_off_and_stay_off(open_page: Opener) -> None:
    page = open_page("Ada Curator")
    page.goto("/key-events/642?target=WP197")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Single keys act").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("/")
    page.keyboard.press("1")
    expect(page.get_by_role("searchbox", name="Search Key Events")).not_to_be_focused()
    assert page.locator("input[type=radio]:checked").count() == 0
    page.keyboard.press("?")  # the way back stays open
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Single keys act")).not_to_be_checked()


def test_escape_closes_the_menu_and_gives_the_focus_back(open_page: Opener) -> None:
    page = open_page("Ada Curator")
    page.goto("/")
    menu = page.locator("summary", has_text="Ada Curator")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()
