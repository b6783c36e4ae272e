from __future__ import annotations

import pytest

from tests.conftest import Member
from webapp.search.identifiers import identify


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("KE 1513", "1513"),
        ("ke1513", "1513"),
        ("https://aopwiki.org/events/1513", "1513"),
        ("https://identifiers.org/aop.events:1513", "1513"),
        ("aop:38", "38"),
        ("https://aopwiki.org/aops/38/", "38"),
        ("WP254", "wikipathways:WP254"),
        ("wp 254", "wikipathways:WP254"),
        ("WP254_r117500", "wikipathways:WP254"),
        ("https://www.wikipathways.org/pathways/WP254.html", "wikipathways:WP254"),
        ("GO:0006915", "GO:0006915"),
        ("go 6915", "GO:0006915"),
        ("GO_0006915", "GO:0006915"),
        ("0006915", "GO:0006915"),
        ("http://purl.obolibrary.org/obo/GO_0006915", "GO:0006915"),
        ("https://amigo.geneontology.org/amigo/term/GO:0006915", "GO:0006915"),
        ("R-HSA-109581", "reactome:R-HSA-109581"),
        ("r hsa 109581", "reactome:R-HSA-109581"),
        ("R-HSA-109581.4", "reactome:R-HSA-109581"),
        ("https://reactome.org/PathwayBrowser/#/R-HSA-109581&PATH=1", "reactome:R-HSA-109581"),
    ],
)
def test_what_is_meant_is_found(written: str, key: str) -> None:
    found = identify(written)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "words",
    ["", "55", "apoptosis", "RASA1", "TP53", "IL-6", "kept 5", "going", "https://x.org/WP1"],
)
def test_words_genes_and_bare_numbers_are_none(words: str) -> None:
    assert identify(words) is None


def test_one_that_is_there_goes_straight_to_its_page(anonymous: Member) -> None:
    for wanted, reached in {
        "KE 1513": "/key-events/1513",
        "aop.events:1513": "/key-events/1513",
        "AOP 38": "/aops/38",
        "aop38": "/aops/38",
        "wikipathways:wp254": "/targets/wikipathways:WP254",
        "https://www.wikipathways.org/pathways/WP254.html": "/targets/wikipathways:WP254",
    }.items():
        answer = anonymous.get("/search", query_string={"q": wanted})
        assert (answer.status_code, answer.headers["Location"]) == (302, reached), wanted


def test_one_that_is_nowhere_is_named(anonymous: Member) -> None:
    for text, name in {
        "KE 999999": "KE 999999",
        "AOP 9999": "AOP 9999",
        "wp99999": "WP99999",
        "R-HSA-99999999": "R-HSA-99999999",
    }.items():
        page = anonymous.get("/search", query_string={"q": text}).text
        assert f"There is no {name} in the catalog." in page
        assert f"<h1>Nothing found for “{text}”</h1>" in page
