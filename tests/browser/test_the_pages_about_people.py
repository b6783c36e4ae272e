"""The pages of people, tokens, the audit log and one's own data, in a real browser."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener, Site
from webapp.settings import ROOT

AXE = Path(ROOT / "node_modules" / "axe-core" / "axe.min.js")
SCRIPT = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_they_fit_every_screen_and_axe_finds_nothing(
    open_page: Opener, width: int, scheme: str
) -> None:
    page = open_page(
        "Dan Admin",
        "admin",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    page.goto("/people?q=dan+admin")
    page.get_by_role("link", name="Dan Admin", exact=True).first.click()
    itself = page.url
    found = {}
    for path in (
        "/people",
        "/people?q=zzzz",
        itself,
        f"{itself}/erase",
        "/audit",
        "/account/tokens",
        "/account/erase",
        "/privacy",
    ):
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{path} is {overflow} px too wide at {width}"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("axe.run().then(result => result.violations)")
        if violations:
            found[path] = [(v["id"], v["nodes"][0]["html"][:120]) for v in violations]
    assert found == {}


def test_a_token_from_the_page_to_its_end(open_page: Opener, site: Site) -> None:
    page = open_page("Tess Tokens", "curator", viewport={"width": 320, "height": 800})
    page.goto("/account/tokens")
    page.get_by_label("What it is for").fill(SCRIPT)
    page.get_by_label("Valid for").select_option("7")
    page.get_by_role("button", name="Make token").click()
    token = page.locator("#made").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    expect(page.get_by_role("rowheader")).to_contain_text(SCRIPT)

    def asks() -> int:
        request = urllib.request.Request(
            f"{site.address}/your-mappings", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            return int(urllib.request.urlopen(request).status)
        except urllib.error.HTTPError as error:
            return int(json.loads(error.read())["status"])

    assert asks() == 200
    page.goto("/account/tokens")
    expect(page.locator("#made")).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token is revoked.")).to_be_visible()
    assert asks() == 401
    assert page.evaluate("window.ran") is None


def test_erased_by_typing_ones_name(open_page: Opener) -> None:
    page = open_page("Gus Going", "curator")
    page.goto("/privacy")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your data").click()
    body = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert body["person"]["name"] == "Gus Going"

    page.get_by_role("link", name="Erase your account").click()
    page.get_by_label("Type the name").fill("Gus")
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_role("alert")).to_contain_text("Type the name as it stands here: Gus Going")
    page.get_by_label("Type the name").fill("Gus Going")
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_text("You are erased here.")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def test_a_role_is_changed_by_keyboard_and_holds_in_the_other_browser(open_page: Opener) -> None:
    theirs = open_page("Rita Rising", "curator")
    admin = open_page("Dan Admin", "admin")
    admin.goto("/people?q=rita")
    admin.get_by_role("link", name="Rita Rising").click()
    admin.get_by_label("Role of Rita Rising").focus()
    admin.keyboard.type("admin")
    admin.keyboard.press("Tab")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Rita Rising is now admin.")).to_be_visible()
    theirs.goto("/audit?act=role.change&person=rita")
    expect(theirs.get_by_role("heading", name="Audit log")).to_be_visible()
    expect(theirs.get_by_role("row").nth(1)).to_contain_text("changed the role of Rita Rising")
    admin.get_by_role("button", name="Block").click()
    expect(admin.get_by_text("Rita Rising is blocked, signed out everywhere")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
