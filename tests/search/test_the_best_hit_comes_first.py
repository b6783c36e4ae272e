from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.conftest import Member
from tests.search.conftest import Search, links, plain
from webapp.catalog.models import Aop, KeyEvent, Target, TargetSynonym
from webapp.database import Database


def name_key_events(database: Database, *titles: str) -> None:
    """Give the first Key Events of the catalog these titles."""
    with database.write() as session:
        events = session.scalars(select(KeyEvent).order_by(KeyEvent.number).limit(len(titles)))
        for event, title in zip(events, titles, strict=True):
            event.title = title


def titles(page: str) -> list[str]:
    return [plain(row) for row in re.findall(r"data-result>(.*?)</a>", page)]


@pytest.fixture
def quarks(database: Database) -> None:
    """Key Events that hold the same word in all the ways there are, the best last."""
    name_key_events(
        database,
        "Quarkonium decay",
        "Strong confinement of quarks",
        "Quark confinement in the liver",
        "Quark",
    )


@pytest.mark.usefixtures("quarks")
def test_the_title_itself_then_its_beginning_then_any_place_then_longer_words(
    search: Search,
) -> None:
    assert titles(search("quark")) == [
        "Quark",
        "Quark confinement in the liver",
        "Strong confinement of quarks",
        "Quarkonium decay",
    ]


def test_words_are_found_in_any_order_case_and_form(search: Search) -> None:
    assert "/aops/38" in links(search("FIBROSES liver"))


def test_signs_between_words_are_no_part_of_them(search: Search) -> None:
    for text in ("apoptosis, general", "(general) apoptosis;", "“Apoptosis”. General!"):
        assert links(search(text))[0] == "/key-events/1513", text


def test_the_beginnings_of_words_will_do(search: Search) -> None:
    assert "/aops/38" in links(search("liv fibr"))


def test_a_bare_number_may_be_a_key_event_or_an_aop(search: Search) -> None:
    assert links(search("1513"))[0] == "/key-events/1513"
    assert links(search("38"))[0] == "/aops/38"


def test_names_of_molecules_are_found_with_and_without_hyphen(
    database: Database, request: pytest.FixtureRequest
) -> None:
    name_key_events(database, "Inhibition, NF-kB")
    search: Search = request.getfixturevalue("search")
    for written in ("NF-kB", "NFkB", "nfkb"):
        assert "Inhibition, <mark>NF-kB</mark>" in search(written, kind="key_event"), written


def test_another_name_is_shown_with_its_words_marked(
    database: Database, request: pytest.FixtureRequest
) -> None:
    with database.write() as session:
        target = session.scalars(
            select(Target).where(Target.identifier == "wikipathways:WP254")
        ).one()
        for name in ("Programmed cell suicide", "Cellular suicide"):
            session.add(TargetSynonym(target_id=target.id, scope="EXACT", text=name))
    page = request.getfixturevalue("search")("suicide programmed")
    assert page.count('href="/targets/wikipathways:WP254"') == 1
    assert "also called <mark>Programmed</mark> cell <mark>suicide</mark>" in page
    assert "Cellular suicide" not in plain(page)


def test_an_abbreviation_finds_what_is_spelt_out(
    database: Database, request: pytest.FixtureRequest
) -> None:
    name_key_events(
        database,
        "Quark gluon plasma (QGP) forms",
        "Loss of quark gluon plasma (QGP)",
        "Quark gluon plasma",
    )
    page = request.getfixturevalue("search")("qgp")
    assert "QGP is also read as quark gluon plasma." in plain(page)
    assert len(links(page)) == 3


def test_a_long_list_is_counted_and_has_pages(
    database: Database, request: pytest.FixtureRequest
) -> None:
    with database.write() as session:
        release = session.scalars(select(Aop.release_id)).first()
        assert release is not None
        for number in range(9000, 9043):
            title = f"Quark confinement {number}"
            session.add(Aop(number=number, curie=f"aop:{number}", title=title, release_id=release))
    search: Search = request.getfixturevalue("search")
    page = search("quark")
    assert len(links(page)) == 6
    assert '<a href="/search?q=quark&amp;kind=aop">All 43 AOPs</a>' in page
    first, second = search("quark", kind="aop"), search("quark", kind="aop", page="2")
    assert len(links(first)) == 30
    assert len(links(second)) == 13
    assert len({*links(first), *links(second)}) == 43
    assert links(search("quark", kind="aop", page="99")) == links(second)


def test_what_was_retired_since_is_left_out(
    search: Search, database: Database, anonymous: Member
) -> None:
    assert "/key-events/1513" in links(search("general apoptosis"))
    with database.write() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        event.retired_at = "2026-01-01T00:00:00.000Z"
    assert "/key-events/1513" not in links(search("general apoptosis"))
