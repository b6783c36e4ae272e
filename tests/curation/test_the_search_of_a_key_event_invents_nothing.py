"""The search box of a Key Event: an identifier is that target; where no word fits, it says so."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member
from tests.forms import form_in
from tests.suggestions.conftest import Counting
from tests.suggestions.conftest import counting as counting
from tests.suggestions.conftest import encoder as encoder
from webapp.curation.models import MappingVersion
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.service import Suggester


@pytest.fixture
def by_meaning(app: Flask, database: Database, settings: Settings, counting: Counting) -> None:
    """Search by meaning, as on a site whose encoder is loaded."""
    builder.build(database, settings.index_dir, counting)
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.warm_up()
    app.extensions["kewp.suggestions"] = suggester


def rows(page: str) -> list[str]:
    """Identifiers of the list, in its order."""
    listed = page.split('<ol class="rows"', 1)[1].split("</ol>", 1)[0] if "rows" in page else ""
    return re.findall(r'<span class="curie">([^<]+)</span>', listed)


def current_tab(page: str) -> str:
    tabs = page.split('aria-label="Resources"', 1)[1].split("</nav>", 1)[0]
    current = re.search(r'aria-current="page">(.*?)</a>', tabs, re.DOTALL)
    assert current is not None
    return " ".join(re.sub(r"<[^>]+>", " ", current[1]).split())


@pytest.mark.usefixtures("by_meaning")
@pytest.mark.parametrize("tab", ["wikipathways", "go_bp", "reactome"])
@pytest.mark.parametrize("text", ["WP254", "wp254", "wikipathways:WP254"])
def test_an_identifier_is_the_only_row_on_the_tab_of_its_resource(
    anonymous: Member, tab: str, text: str
) -> None:
    page = anonymous.get("/key-events/1513", query_string={"q": text, "resource": tab}).text
    assert rows(page) == ["WP254"]
    assert current_tab(page) == "WP WikiPathways"
    assert '<h2 id="candidate-title">Apoptosis</h2>' in page
    assert "The order says" not in page
    assert "q=WP254" not in page.split('aria-label="Resources"', 1)[1].split("</nav>", 1)[0]


@pytest.mark.usefixtures("by_meaning")
@pytest.mark.parametrize("text", ["WP99999", "R-HSA-99999999", "GO:9999999"])
def test_an_identifier_that_is_not_in_the_catalog_lists_nothing(
    anonymous: Member, text: str
) -> None:
    page = anonymous.get("/key-events/1513", query_string={"q": text}).text
    assert f"{text} is not in the catalog" in page
    assert '<ol class="rows"' not in page


@pytest.mark.usefixtures("by_meaning")
def test_a_list_that_shares_no_word_says_so(anonymous: Member) -> None:
    page = anonymous.get("/key-events/1513?q=dying neurons").text
    assert "None of these names shares a word with “dying neurons”" in page
    assert "Found for" not in page
    assert rows(page), "what is near in meaning may still help"
    assert "Ranked more simply, by meaning and shared words: of a search nothing else" in page
    shared = anonymous.get("/key-events/1513?q=apoptosis").text
    assert "Found for “apoptosis”" in shared
    assert "None of these names" not in shared


@pytest.mark.usefixtures("by_meaning")
def test_words_without_meaning_find_nothing(anonymous: Member) -> None:
    page = anonymous.get("/key-events/1513?q=zzzzz").text
    assert "Nothing found for “zzzzz”" in page
    assert not rows(page)


def test_a_target_in_the_address_that_is_not_in_the_catalog_is_named(anonymous: Member) -> None:
    page = anonymous.get("/key-events/1513?target=WP99999999").text
    assert "WP99999999 is not in the catalog" in page
    assert "is not in the catalog" not in anonymous.get("/key-events/1513?target=WP254").text


def test_the_list_that_was_shown_is_kept_with_the_decision(
    curator: Member, database: Database
) -> None:
    page = curator.get("/key-events/1513?q=WP254&resource=reactome").text
    form = form_in(page, "/mappings").fields
    assert form["resource"] == "wikipathways"
    answer = curator.client.post("/key-events/1513/mappings", data={**form, **PATHWAY_ANSWERS})
    assert answer.status_code == 303
    with database.read() as session:
        shown = session.scalars(select(MappingVersion.shown)).one()
    assert shown is not None
    assert shown["resource"] == "wikipathways"
    assert [target[:2] for target in shown["targets"]] == [["wikipathways:WP254", 1]]
