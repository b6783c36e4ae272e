import pytest

from webapp.suggestions.text import expand, find_abbreviations, stems, without_direction


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Increase, Cell injury/death", "Cell injury/death"),
        ("N/A, Mitochondrial dysfunction 1", "Mitochondrial dysfunction 1"),
        ("Activation, Estrogen receptor", "Estrogen receptor"),
        ("Thyroxine (T4) in serum, Decreased", "Thyroxine (T4) in serum"),
        ("Reduction of testosterone", "testosterone"),
        ("Increased", "Increased"),
        ("", ""),
        ("General Apoptosis", "General Apoptosis"),
        ("Inhibition of NADH-ubiquinone oxidoreductase", "NADH-ubiquinone oxidoreductase"),
    ],
)
def test_direction_words_are_removed_unless_nothing_else_is_left(title: str, rest: str) -> None:
    assert without_direction(title) == rest


def test_opposite_directions_rank_alike() -> None:
    assert without_direction("Increase, Apoptosis") == without_direction("Decrease, Apoptosis")


def test_stems_know_greek_letters_and_drop_stop_words() -> None:
    assert stems("Activation of the TGF-β receptors") == ["activ", "tgf", "beta", "receptor"]


def test_abbreviations_come_from_the_texts() -> None:
    found = find_abbreviations(
        [
            "activation of the aryl hydrocarbon receptor (AhR) leads to",
            "long-term potentiation (LTP) and the AhR",
            "see Figure (A) and (2019)",
            "nothing alike (XYZ)",
        ]
    )
    assert found == {"ahr": "aryl hydrocarbon receptor", "ltp": "long-term potentiation"}
    assert expand("AhR activity", found) == "AhR aryl hydrocarbon receptor activity"
    assert expand("aryl hydrocarbon receptor (AhR)", found) == "aryl hydrocarbon receptor (AhR)"
