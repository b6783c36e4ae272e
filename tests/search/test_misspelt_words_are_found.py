from __future__ import annotations

from tests.search.conftest import Search, links, plain
from webapp.search.near import mistakes


def test_the_nearest_spelling_is_searched_and_named(search: Search) -> None:
    for mistake, written in {
        "another letter": "apoptisis",
        "one left out": "apotosis",
        "one put in": "apopttosis",
        "two swapped": "apopotsis",
    }.items():
        page = search(written)
        assert {"/key-events/1513", "/targets/wikipathways:WP254"} <= set(links(page)), mistake
        assert f"Nothing is spelt like that. Nearest: apoptosis for “{written}”." in plain(page)
        assert "<mark>Apoptosis</mark>" in page


def test_words_that_are_right_still_narrow(search: Search) -> None:
    page = search("livr fibrosis")
    assert "/aops/38" in links(page)
    assert all("fibrosis" in row.lower() for row in page.split('class="result"')[1:])


def test_part_of_a_word_is_found_in_longer_ones(search: Search) -> None:
    assert "/key-events/1513" in links(search("optosi"))


def test_a_word_that_is_there_is_not_taken_for_another(search: Search) -> None:
    assert "Nearest" not in plain(search("apoptosis"))


def test_short_words_allow_fewer_mistakes() -> None:
    assert [mistakes(word) for word in ("ab", "tp53", "liverx", "hepatoxicity")] == [0, 1, 2, 3]


def test_where_no_name_holds_all_words_some_are_shown_and_said_to_be(search: Search) -> None:
    page = search("apoptosis quarkonium")
    assert "No name holds all of these words. These hold some of them." in plain(page)
    assert "/key-events/1513" in links(page)


def test_what_cannot_be_found_is_no_error(search: Search) -> None:
    for text in ("of the", "???", "😀", '"', "a OR b*", "NEAR(", "-", "words : x", "x" * 300):
        assert "<h1>" in search(text), text


def test_nothing_found_says_what_was_tried_and_what_to_do(search: Search) -> None:
    page = plain(search("qqqqq"))
    assert "Nothing found for “qqqqq”" in page
    assert "No name and no gene is spelt like that or nearly so." in page
    assert "Use fewer words" in page
