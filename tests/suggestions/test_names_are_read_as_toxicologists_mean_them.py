from __future__ import annotations

import pytest

from webapp.suggestions.gene_names import GeneNames
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
    symbols = ["STAT5A", "STAT5B", "ABCB11", "CAT", *(f"ZNF{n}" for n in range(10, 30))]
    names = GeneNames(dict.fromkeys(symbols, ()))
    assert names.found_in("Bile Salt Export Pump (ABCB11)") == {"ABCB11": "ABCB11"}
    assert names.found_in("Blockade of STAT5 phosphorylation") == {
        "STAT5A": "STAT5",
        "STAT5B": "STAT5",
    }
    assert names.found_in("a cat that knows ZNF and CAT") == {}


def test_genes_are_found_in_words_and_by_alias() -> None:
    names = GeneNames(
        {
            "AHR": ["aryl hydrocarbon receptor"],
            "ARNT": ["aryl hydrocarbon receptor nuclear translocator"],
            "ESR1": ["estrogen receptor 1", "ER-alpha"],
            "ESR2": ["estrogen receptor 2"],
            "PROS1": ["protein S"],
            "NR2F2": ["nuclear receptor subfamily 2 group F member 2", "COUP-TFII"],
            "ACHE": ["acetylcholinesterase (Cartwright blood group)"],
        }
    )
    assert names.found_in("the Aryl Hydrocarbon Receptors") == {"AHR": "Aryl Hydrocarbon Receptors"}
    assert set(names.found_in("Antagonism, Estrogen receptor")) == {"ESR1", "ESR2"}
    assert names.found_in("Estrogen receptor 2") == {"ESR2": "Estrogen receptor 2"}
    assert names.found_in("loss of COUP-TFII") == {"NR2F2": "COUP-TFII"}
    assert names.found_in("Acetylcholinesterase inhibition") == {"ACHE": "Acetylcholinesterase"}
    assert names.found_in("protein and receptor of estrogen") == {}
