from __future__ import annotations

import math
from fractions import Fraction

import pytest
from sqlalchemy import select

from tests.conftest import Member
from webapp.catalog.models import Gene, KeyEvent, KeyEventGene, Target, TargetGene
from webapp.database import Database
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.mined import overlaps
from webapp.suggestions.overlap import Overlap, tail
from webapp.suggestions.service import Suggester
from webapp.suggestions.signals.mined import MinedGenes, once_in
from webapp.suggestions.signals.signal import Evidence
from webapp.suggestions.subject import Subject

SUBJECT = Subject(1, query_of("x", {}), query_of("x", {}), (), ())


@pytest.mark.parametrize(
    ("population", "marked", "drawn", "shared", "by_hand"),
    [
        # An urn of 5 red and 5 white, 4 drawn: C(5,3)*C(5,1) + C(5,4) = 55 of C(10,4) = 210.
        (10, 5, 4, 3, Fraction(55, 210)),
        # All six numbers of a lottery of 49.
        (49, 6, 6, 6, Fraction(1, 13_983_816)),
        # At least one of 2 in 3 of 10: 1 - C(8,3)/C(10,3) = 1 - 56/120.
        (10, 2, 3, 1, Fraction(64, 120)),
        # One gene of 20,000 in a set of 50.
        (20_000, 1, 50, 1, Fraction(50, 20_000)),
        (10, 8, 7, 5, Fraction(1)),
        (10, 2, 3, 0, Fraction(1)),
        (10, 2, 3, 3, Fraction(0)),
    ],
)
def test_the_tail(population: int, marked: int, drawn: int, shared: int, by_hand: Fraction) -> None:
    assert tail(population, marked, drawn, shared) == pytest.approx(float(by_hand), rel=1e-9)


def test_the_tail_of_a_whole_genome_is_that_of_exact_arithmetic() -> None:
    known, mined, held, shared = 19_058, 38, 1_500, 12
    ways = sum(
        math.comb(mined, i) * math.comb(known - mined, held - i) for i in range(shared, mined + 1)
    )
    exact = float(Fraction(ways, math.comb(known, held)))
    assert tail(known, mined, held, shared) == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("numbers", [(10, 11, 1, 1), (10, 1, 11, 1), (10, 1, 1, -1)])
def test_no_such_draw(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such draw"):
        tail(*numbers)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.0099, "once in 100"),
        (1 / 4_321, "once in 4,000"),
        (1e-6, "once in 1,000,000"),
        (9e-7, "less than once in a million"),
        (0.0, "less than once in a million"),
    ],
)
def test_a_chance_in_words(chance: float, words: str) -> None:
    assert once_in(chance) == words


def told(overlap: Overlap | None, **named: str) -> str:
    return MinedGenes.explain(Evidence(SUBJECT, "x", {}, 10, genes=named, mined=overlap))


def test_the_sentence() -> None:
    both = Overlap(("CASP3", "CASP8"), mined=6, held=50, known=20_000)
    assert told(both) == (
        "AOP-Wiki's texts mention CASP3, CASP8 (of 6 genes), which it has too, by chance "
        "once in 10,000"
    )
    many = Overlap(tuple("ABCDEFG"), mined=7, held=50, known=20_000)
    assert "mention A, B, C, D, E and 2 more (of 7 genes)" in told(many)


def test_nothing_is_told_that_chance_explains_or_that_is_told_already() -> None:
    assert told(None) == ""
    assert told(Overlap(("CASP3",), mined=6, held=500, known=20_000)) == ""
    few = Overlap(("CASP3",), mined=1, held=50, known=20_000)
    assert told(few) != ""
    assert told(few, CASP3="caspase-3") == ""


@pytest.fixture
def mentioned(database: Database) -> None:
    """KE 1513 whose texts mention CASP9, as both programs found, and CASP8."""
    with database.write() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        for symbol, methods in {"CASP9": ("regex", "NER"), "CASP8": ("NER",)}.items():
            gene = session.scalars(select(Gene).where(Gene.symbol == symbol)).one()
            for method in methods:
                session.add(KeyEventGene(key_event_id=event.id, gene_id=gene.id, method=method))


@pytest.mark.usefixtures("mentioned")
def test_a_gene_that_both_programs_found_counts_once(database: Database) -> None:
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        ids = list(session.scalars(select(Target.id)))
        found = overlaps(session, event.id, ids)
        apoptosis = session.scalars(
            select(Target).where(Target.identifier == "wikipathways:WP254")
        ).one()
        genes = session.scalars(
            select(TargetGene.gene_id).where(TargetGene.target_id == apoptosis.id)
        ).all()
        known = session.scalars(select(Gene.id)).all()
    assert found[apoptosis.id] == Overlap(("CASP8", "CASP9"), 2, len(genes), len(known))
    assert 0 < len(found) < len(ids)


@pytest.mark.usefixtures("mentioned")
def test_a_list_tells_it_and_keeps_its_order(suggester: Suggester, database: Database) -> None:
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        first = suggester.for_key_event(session, event, "wikipathways").items[0]
    assert first.identifier == "wikipathways:WP254"
    phrase = next(one.phrase for one in first.evidence if one.signal == "mined")
    assert [part.gene for part in phrase if part.gene] == ["CASP8", "CASP9"]


@pytest.mark.usefixtures("mentioned", "suggester")
def test_the_page_links_the_genes(curator: Member) -> None:
    page = curator.get("/key-events/1513").get_data(as_text=True)
    assert "Genes in texts" in page
    assert "(of 2 genes), which it has too" in page
    assert 'href="/genes/CASP8"' in page
