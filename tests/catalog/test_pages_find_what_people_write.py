from __future__ import annotations

import re
import unicodedata

import pytest
from sqlalchemy import update

from tests.conftest import Member, propose
from webapp.catalog.models import Aop, KeyEvent
from webapp.database import Database


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/key-events/(\d+)"', page)]


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


@pytest.mark.parametrize("text", ["AOP 38", "aop:38", "aop38"])
def test_the_number_of_an_aop_finds_it(anonymous: Member, text: str) -> None:
    assert 'href="/aops/38"' in anonymous.get("/aops", query_string={"q": text}).text


@pytest.mark.parametrize(
    "text", ["apoptosis, general", "(general) apoptosis;", "“Apoptosis”. General!"]
)
def test_signs_between_words_are_no_part_of_them(anonymous: Member, text: str) -> None:
    assert 1513 in numbers(anonymous.get("/key-events", query_string={"q": text}).text)


def test_signs_within_words_are(anonymous: Member, database: Database) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="NF-kB, 5'-end, (p53)")
        )
    for text in ("NF-kB", "5'-end", "p53,"):
        assert numbers(anonymous.get("/key-events", query_string={"q": text}).text) == [1513], text


def test_clear_is_offered_where_there_is_something_to_clear(anonymous: Member) -> None:
    assert ">Clear</a>" not in anonymous.get("/key-events?page=2").text
    assert ">Clear</a>" not in anonymous.get("/key-events?q=&level=&status=&role=").text
    for filters in ("q=liver", "level=Cellular", "status=unmapped", "role=MIE", "aop=38"):
        assert ">Clear</a>" in anonymous.get(f"/key-events?{filters}").text, filters
