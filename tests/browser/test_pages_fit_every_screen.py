from __future__ import annotations

from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.browser.conftest import Opener, Site
from webapp.__main__ import parser
from webapp.database import Database
from webapp.settings import ROOT
from webapp.suggestions import builder
from webapp.suggestions.evaluation.kept import history, keep
from webapp.suggestions.reliability import KEY

PAGES = (
    "/",
    "/key-events",
    "/key-events/1513",
    "/key-events/642?target=WP197",
    "/key-events/642?resource=go_bp",
    "/key-events/642?why=WP254",
    "/key-events/642?why=nothing+so+called&target=WP254",
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
    "/workshop",
    "/account",
)
FOR_ADMINISTRATORS = ("/invitations",)
AXE = Path(ROOT / "node_modules" / "axe-core" / "axe.min.js")


@pytest.fixture(scope="module")
def _measured(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Evaluations in the site's database: by words alone, and a later one with probabilities."""
    elsewhere = replace(site.settings, data_dir=tmp_path_factory.mktemp("evaluated"))
    gold = elsewhere.data_dir / "gold.tsv"
    gold.write_text("ke_id\tobject_id\n1513\tWP254\n1945\tWP4923\n")
    args = parser().parse_args(["evaluate", "--resource", "wikipathways", "--gold", str(gold)])
    with closing(Database(site.settings.database_path)) as database:
        builder.build(database, elsewhere.index_dir, None)
        assert args.handler(args, elsewhere) == 0
        with database.write() as session:
            later = deepcopy(history(session, "wikipathways")[0].report)
            later[KEY] = [{"predicted": 0.8, "agreed": 41, "shown": 50}]
            keep(session, {**later, "made_at": "2100-01-01T00:00:00.000Z"})


@pytest.mark.usefixtures("_measured")
@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen_and_axe_finds_nothing(
    open_page: Opener, site: Site, width: int, scheme: str
) -> None:
    page = open_page(
        "Cleo Reviewer",
        "reviewer",
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    found = {}
    for path in (*PAGES, *FOR_ADMINISTRATORS):
        if path == FOR_ADMINISTRATORS[0]:
            page.goto(site.sign_in_link("Dan Admin", "admin"))
            page.get_by_role("main").get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/")
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        if path == "/suggestions/quality":
            # Coverage has one too once a test approved a mapping on the site that all share.
            assert page.locator("main section:has(#wikipathways) svg.plot").count() == 4
            assert page.locator("main section:has(#reliability) svg.plot").count() == 1
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
