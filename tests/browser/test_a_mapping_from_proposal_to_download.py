from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener


def test_a_curator_proposes_and_a_reviewer_approves(open_page: Opener) -> None:
    curator = open_page("Ada Curator", "curator")
    curator.goto("/")
    curator.get_by_label("Find a Key Event to map").fill("KE 1513")
    curator.get_by_role("button", name="Find").click()
    curator.get_by_role("link", name="General Apoptosis").click()
    expect(curator.get_by_role("heading", level=1)).to_have_text("General Apoptosis")
    first = curator.locator("ol.rows > li").first
    expect(first).to_contain_text("WP254")
    expect(first).to_contain_text("shares the word apoptosis")
    first.get_by_role("link", name="Apoptosis").click()
    expect(curator.locator("#candidate")).to_contain_text("87 genes")
    for answer in ("Causative", "Known", "Specific", "Complete"):
        curator.get_by_role("radio", name=re.compile(f"^{answer}")).check()
    expect(curator.locator("#verdict")).to_contain_text("high")
    expect(curator.locator("#verdict")).to_contain_text("skos:closeMatch")
    curator.get_by_label("References").fill("PMID:12345678")
    curator.get_by_role("button", name="Propose", exact=True).click()
    expect(curator.get_by_role("main")).to_contain_text("A reviewer who is not you decides")
    address = curator.url
    assert "/mappings/" in address

    curator.goto("/key-events/1513?target=WP254")
    expect(curator.locator("#candidate")).to_contain_text("This pair is already proposed")
    expect(curator.locator("#propose")).to_have_count(0)

    reviewer = open_page("Cleo Reviewer", "reviewer")
    reviewer.get_by_role("navigation", name="Sections").get_by_role("link", name="Review").click()
    reviewer.get_by_role("link", name="KE 1513 General Apoptosis").click()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_role("main")).to_contain_text("Approved: KE 1513 → WP254.")

    anyone = open_page()
    anyone.goto(address)
    page = anyone.get_by_role("main")
    expect(page).to_contain_text("General Apoptosis")
    expect(page).to_contain_text("Ada Curator proposed version 1")
    expect(page).to_contain_text("Cleo Reviewer approved version 1")
    expect(page).to_contain_text("PMID:12345678")
    expect(anyone.get_by_role("button", name="Approve")).to_have_count(0)

    anyone.goto("/data")
    with anyone.expect_download() as download:
        anyone.get_by_role("link", name="mappings.sssom.tsv").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "aop.events:1513\tGeneral Apoptosis\tskos:closeMatch\twikipathways:WP254" in text
