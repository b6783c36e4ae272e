from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_a_refused_proposal_is_handed_back_filled_in(open_page: Opener) -> None:
    page = open_page("Ben Curator", "curator", java_script_enabled=False)
    page.goto("/key-events/1945?target=WP4923")
    for answer in ("Responsive", "Likely", "Includes it", "Key steps"):
        page.get_by_role("radio", name=re.compile(f"^{answer}")).check()
    page.get_by_label("References").fill("a paper by Smith")
    page.get_by_label("Note").fill("see figure 2 <script>alert(1)</script>")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("neither a PMID nor a DOI")
    expect(page.get_by_label("References")).to_have_value("a paper by Smith")
    expect(page.get_by_label("Note")).to_have_value("see figure 2 <script>alert(1)</script>")
    expect(page.get_by_role("radio", name=re.compile("^Includes it"))).to_be_checked()
    page.get_by_label("References").fill("10.1000/182")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("skos:broadMatch")
    expect(page.get_by_role("main")).to_contain_text("doi:10.1000/182")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("main")).to_contain_text("Withdrawn: KE 1945 → WP4923.")
