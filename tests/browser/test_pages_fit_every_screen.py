from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Opener
from webapp.settings import ROOT

PAGES = (
    "/",
    "/key-events",
    "/key-events/1513",
    "/key-events/642?target=WP197",
    "/key-events/642?resource=go_bp",
    "/aops",
    "/aops/38",
    "/targets/wikipathways:WP254",
    "/search?q=apoptisis",
    "/search?q=liver&kind=key_event",
    "/genes/CASP9",
    "/search?q=zzzz",
    "/suggestions/quality",
    "/review",
    "/your-mappings",
    "/data",
    "/sign-in",
)
AXE = Path(ROOT / "node_modules" / "axe-core" / "axe.min.js")


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen_and_axe_finds_nothing(
    open_page: Opener, width: int, scheme: str
) -> None:
    page = open_page(
        "Cleo Reviewer",
        "reviewer",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    found = {}
    for path in PAGES:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{path} is {overflow} px too wide at {width}"
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("axe.run().then(result => result.violations)")
        if violations:
            found[path] = [(v["id"], v["nodes"][0]["html"][:120]) for v in violations]
    assert found == {}


def test_own_css_and_js_stay_small(open_page: Opener) -> None:
    page = open_page()
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda response: (
            sizes.update({response.url: len(response.body())})
            if response.request.resource_type in {"stylesheet", "script"}
            and "/vendor/" not in response.url
            else None
        ),
    )
    page.goto("/key-events/1513")
    page.wait_for_load_state("networkidle")
    assert sizes
    assert sum(sizes.values()) < 100_000
