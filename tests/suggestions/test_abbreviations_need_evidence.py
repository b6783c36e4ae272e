import pytest

from webapp.suggestions.abbreviations import explained_in, find_abbreviations, query_of

AHR = ["the aryl hydrocarbon receptor (AhR) leads to", "Aryl hydrocarbon receptors (AhR), here"]


def test_two_texts_that_agree_explain_an_abbreviation() -> None:
    found = find_abbreviations(
        [*AHR, "long\N{HYPHEN}term potentiation (LTP)", "long term potentiation (LTP)"]
    )
    assert found.keys() == {"AhR", "LTP"}
    assert found["AhR"] == "aryl hydrocarbon receptor"
    assert query_of("AhR, Increased activity", found).spelt_out == (
        "AhR, aryl hydrocarbon receptor activity"
    )


def test_one_text_is_not_enough_however_often_it_is_copied() -> None:
    text = f"{AHR[0]} many effects that are described at length in this very text."
    assert find_abbreviations([text]) == {}
    assert find_abbreviations([text, text]) == {}


@pytest.mark.parametrize(
    "text",
    [
        "oxidation of type III (in hemoglobin to iron) and again in iron (III)",
        "procollagen alpha1(I)-chain and alpha1(II) of it, index of interest (II)",
        "see Figure (A) and (2019)",
        "nothing alike (XYZ)",
        "glutathione and selenoenzymes. Glutathione (GSH)",
        "thyroxine (T4) and triiodothyronine (T3)",
    ],
)
def test_what_only_looks_like_an_explanation_is_none(text: str) -> None:
    assert explained_in([text]) == {}


def test_an_abbreviation_with_two_meanings_has_none() -> None:
    texts = [f"{place} endoplasmic reticulum (ER) of a cell" for place in "abcdef"]
    texts += [f"{place} estrogen receptor (ER) of a cell" for place in "abcd"]
    assert find_abbreviations(texts) == {}


def test_one_or_two_letters_need_more_texts_or_a_title() -> None:
    texts = [f"{place} nuclear envelope (NE) of a cell" for place in "abcd"]
    assert find_abbreviations(texts) == {}
    assert find_abbreviations([*texts, "of the nuclear envelope (NE)"]) == {
        "NE": "nuclear envelope"
    }
    assert find_abbreviations(texts[:2], {"NE"}) == {"NE": "nuclear envelope"}


def test_capital_letters_make_a_difference() -> None:
    known = {"CA": "chromosomal aberration"}
    assert query_of("Inhibition of N-type Ca ion channels", known).read_as == {}
    assert query_of("CA in lymphocytes", known).read_as == known


def test_a_title_that_explains_its_own_abbreviation_is_left_alone() -> None:
    query = query_of(
        "Suppression, Estrogen receptor (ER) activity", {"ER": "endoplasmic reticulum"}
    )
    assert query.texts == ("Estrogen receptor (ER) activity",) * 2
    assert query.read_as == {}
