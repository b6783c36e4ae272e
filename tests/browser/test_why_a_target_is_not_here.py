from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_by_keyboard_alone_without_scripts_on_a_phone(open_page: Opener) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, java_script_enabled=False)
    page.goto("/key-events/1513")
    page.locator("#why > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("WP197")
    page.keyboard.press("Enter")
    answer = page.locator("#why")
    expect(answer).to_contain_text("Why is WP197 Cholesterol biosynthesis pathway not here?")
    expect(answer).to_contain_text("of 62 in WikiPathways")
    expect(answer).to_be_in_viewport()
    assert page.url.endswith("/key-events/1513?resource=wikipathways&why=WP197#why")
    answer.get_by_label("Identifier or exact title").fill("nothing so called")
    page.keyboard.press("Enter")
    expect(answer.get_by_label("Identifier or exact title")).to_have_accessible_description(
        "Error No entry of any resource has the identifier or the exact title “nothing so called”. "
        "Write an identifier such as WP254, or search for words of the title."
    )


def test_a_suggestion_opens_to_its_evidence(open_page: Opener) -> None:
    page = open_page()
    page.goto("/key-events/1513")
    first = page.locator("li.suggestion").first
    expect(first.get_by_text("by nearness of what the name is about")).to_be_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.get_by_text("by nearness of what the name is about")).to_be_visible()
    expect(first.locator("mark").first).to_have_text("Apoptosis")
