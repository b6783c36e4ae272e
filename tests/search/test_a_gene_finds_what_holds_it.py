from __future__ import annotations

import pytest
from sqlalchemy import select, update

from tests.conftest import Member
from tests.search.conftest import Search, links, plain
from webapp.catalog.models import Gene, KeyEvent, KeyEventGene
from webapp.database import Database


@pytest.fixture
def named_in_1513(database: Database) -> None:
    """A Key Event whose text names CASP9."""
    with database.write() as session:
        gene = session.scalars(select(Gene).where(Gene.symbol == "CASP9")).one()
        gene.entrez, gene.ensembl = "842", "ENSG00000132906"
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        session.add(KeyEventGene(key_event_id=event.id, gene_id=gene.id, method="text"))


@pytest.mark.usefixtures("named_in_1513")
def test_the_gene_comes_first_then_what_holds_it(request: pytest.FixtureRequest) -> None:
    search: Search = request.getfixturevalue("search")
    for written in ("CASP9", "casp9", "CASP-9", "ENSG00000132906"):
        page = search(written)
        assert links(page)[0] == "/genes/CASP9", written
        assert {"/targets/wikipathways:WP254", "/key-events/1513"} <= set(links(page)), written
        assert "with the gene CASP9" in plain(page)


@pytest.mark.usefixtures("named_in_1513")
def test_a_number_finds_its_gene_but_not_all_that_holds_it(request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue("search")("842")
    assert "/genes/CASP9" in links(page)
    assert "with the gene" not in page


def test_a_symbol_with_small_letters_is_found(
    database: Database, request: pytest.FixtureRequest
) -> None:
    with database.write() as session:
        session.execute(update(Gene).where(Gene.symbol == "CASP9").values(symbol="C9orf72"))
    search: Search = request.getfixturevalue("search")
    for text in ("c9orf72", "C9ORF72", "C9orf72"):
        assert "/targets/wikipathways:WP254" in links(search(text)), text


@pytest.mark.usefixtures("named_in_1513")
def test_a_gene_has_a_page(anonymous: Member) -> None:
    page = anonymous.get("/genes/CASP9").text
    assert 'href="/key-events/1513"' in page
    assert 'href="/targets/wikipathways:WP254"' in page
    assert "https://www.ncbi.nlm.nih.gov/gene/842" in page
    moved = anonymous.get("/genes/casp9")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/genes/CASP9")


def test_a_resource_without_the_gene_says_so(anonymous: Member) -> None:
    assert "None of Reactome" in anonymous.get("/genes/CASP9?resource=reactome").text
    assert anonymous.get("/genes/NOSUCH1").status_code == 404
