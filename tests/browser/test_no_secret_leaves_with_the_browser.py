"""Links and codes in addresses: no other site learns them, and no log holds them."""

from __future__ import annotations

import re

import requests
from playwright.sync_api import Request, Route

from tests.browser.conftest import Opener, Site
from tests.supervision.installation import wait_until
from webapp.publishing.records import LICENCE


def test_another_site_is_not_told_of_the_link(open_page: Opener, site: Site) -> None:
    page = open_page()
    sent: list[Request] = []

    def answer(route: Route) -> None:
        sent.append(route.request)
        route.fulfill(body="elsewhere")

    page.route(f"{LICENCE}**", answer)
    page.goto(site.sign_in_link("Somebody careful", "curator"))
    page.locator('a[rel="license"]').click()
    page.wait_for_url(f"{LICENCE}**")
    assert "referer" not in sent[0].all_headers()


LINES = {"/sign-in/…", "/sign-in/with/github/callback?…"}


def test_the_log_holds_neither_link_nor_answer_of_a_provider(site: Site) -> None:
    for path in (
        "/sign-in/a-secret-of-a-link",
        "/sign-in/with/github/callback?code=a-secret-of-a-code&state=a-secret-state",
    ):
        requests.get(f"{site.address}{path}", timeout=120)
    file = site.settings.data_dir.parent / "web.log"
    # The line of a request is written after its answer.
    wait_until("both lines", lambda: set(re.findall(r'"GET ([^"]*)"', file.read_text())) >= LINES)
    assert "a-secret" not in file.read_text()
