from __future__ import annotations

import pytest

from webapp.suggestions.signals.genes import GeneNames
from webapp.suggestions.vocabulary import canonical_stems, core, readings


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("positive regulation of Fas signaling pathway", "Fas"),
        ("cellular response to calcium ion", "calcium ion"),
        ("regulation of response to oxidative stress", "oxidative stress"),
        ("Glucocorticoid receptor pathway", "Glucocorticoid receptor"),
        ("signaling", "signaling"),
        ("T cell activation involved in immune response", "T cell activation"),
    ],
)
def test_what_a_name_is_about(name: str, about: str) -> None:
    assert core(name) == about


def test_a_title_is_read_in_the_words_of_processes() -> None:
    assert ("Steatosis", "lipid storage fat accumulation", "lipid storage fat accumulation") in (
        readings("Steatosis")
    )
    assert readings("IL-6 release")[0] == ("IL-6", "interleukin-6", "interleukin-6 release")


def test_a_word_within_another_is_not_read() -> None:
    assert readings("restart") == []


def test_words_of_one_meaning_are_one() -> None:
    assert canonical_stems("renal carcinoma") == canonical_stems("Kidney cancer")


def test_genes_are_found_by_symbol_and_small_family() -> None:
    names = GeneNames(["STAT5A", "STAT5B", "ABCB11", "CAT", *(f"ZNF{n}" for n in range(10, 30))])
    assert names.found_in("Bile Salt Export Pump (ABCB11)") == {"ABCB11": "ABCB11"}
    assert names.found_in("Blockade of STAT5 phosphorylation") == {
        "STAT5A": "STAT5",
        "STAT5B": "STAT5",
    }
    assert names.found_in("a cat that knows ZNF and CAT") == {}
