from __future__ import annotations

import re
import unicodedata

import pytest
from sqlalchemy import update

from tests.conftest import Member, propose
from webapp.catalog.models import Aop, Gene, KeyEvent
from webapp.database import Database


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/key-events/(\d+)"', page)]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("KE 1513", "/key-events/1513"),
        ("aop.events:1513", "/key-events/1513"),
        ("WP254", "/targets/wikipathways:WP254"),
        ("wikipathways:wp254", "/targets/wikipathways:WP254"),
    ],
)
def test_an_identifier_goes_straight_to_its_page(
    anonymous: Member, wanted: str, reached: str
) -> None:
    answer = anonymous.get("/search", query_string={"q": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (302, reached)


def test_words_are_found_in_any_order_and_case(anonymous: Member) -> None:
    page = anonymous.get("/search", query_string={"q": "FIBROSIS liver"}).text
    assert 'href="/aops/38"' in page


def test_a_gene_finds_the_pathways_it_takes_part_in(anonymous: Member) -> None:
    page = anonymous.get("/search", query_string={"q": "casp9"}).text
    assert "with the gene CASP9" in page
    assert 'href="/targets/wikipathways:WP254"' in page


def test_a_gene_with_small_letters_in_its_symbol_is_found(
    anonymous: Member, database: Database
) -> None:
    with database.write() as session:
        session.execute(update(Gene).where(Gene.symbol == "CASP9").values(symbol="C9orf72"))
    for text in ("c9orf72", "C9ORF72", "C9orf72"):
        page = anonymous.get("/search", query_string={"q": text}).text
        assert 'href="/targets/wikipathways:WP254"' in page, text


def test_a_text_is_found_however_its_letters_are_composed(
    anonymous: Member, database: Database
) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="Naïve T cells")
        )
    decomposed = unicodedata.normalize("NFD", "naïve")
    assert decomposed != "naïve"
    assert numbers(anonymous.get("/key-events", query_string={"q": decomposed}).text) == [1513]


def test_the_role_in_a_retired_aop_does_not_count(anonymous: Member, database: Database) -> None:
    assert numbers(anonymous.get("/key-events?role=MIE").text)
    with database.write() as session:
        session.execute(update(Aop).values(retired_at="2026-01-01T00:00:00.000Z"))
    assert numbers(anonymous.get("/key-events?role=MIE").text) == []


def test_nothing_found_says_what_to_do(anonymous: Member) -> None:
    page = anonymous.get("/search", query_string={"q": "zzzz"}).text
    assert "Nothing found" in page
    assert "Use fewer words" in page


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "100% _"])
def test_signs_of_the_query_language_are_only_signs(anonymous: Member, text: str) -> None:
    answer = anonymous.get("/key-events", query_string={"q": text})
    assert answer.status_code == 200
    assert len(numbers(answer.text)) < 50


def test_filters_narrow_the_list(anonymous: Member, curator: Member) -> None:
    everything = numbers(anonymous.get("/key-events").text)
    assert len(everything) == 50, "a page holds fifty"
    assert len(numbers(anonymous.get("/key-events?page=2").text)) == 18
    cellular = anonymous.get("/key-events?level=Cellular").text
    assert 1513 in numbers(cellular)
    assert 1513 in numbers(anonymous.get("/key-events?aop=260").text)
    assert 1513 not in numbers(anonymous.get("/key-events?role=MIE").text)
    assert 1513 not in numbers(anonymous.get("/key-events?status=mapped").text)
    propose(curator)
    assert numbers(anonymous.get("/key-events?status=mapped").text) == [1513]
    assert numbers(anonymous.get("/key-events?status=proposed").text) == [1513]
    assert 1513 not in numbers(anonymous.get("/key-events?status=unmapped&q=1513").text)
    assert numbers(anonymous.get("/key-events?status=approved").text) == []


def test_a_word_that_is_no_filter_is_ignored(anonymous: Member) -> None:
    answer = anonymous.get("/key-events?level=nonsense&status=x&role=y&page=-3&aop=abc")
    assert answer.status_code == 200
    assert len(numbers(answer.text)) == 50
