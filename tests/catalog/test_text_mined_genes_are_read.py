"""AOP-Wiki's text-mined genes: what becomes of what the catalog knows or lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.small_files import aopwiki_xml, everything, imported, rows, wikipathways_gmt
from webapp.catalog.inputs import open_input
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError
from webapp.database import Database

SOURCE = "key-event-genes"
REAL = "aopwiki/AOPWikiRDF-Genes-2026-06-06.ttl.gz"
NAMED = """
    SELECT number, symbol, entrez, gene.ensembl, method FROM key_event_gene
    JOIN gene ON gene.id = gene_id JOIN key_event ON key_event.id = key_event_id
    ORDER BY number, symbol, method
"""


def turtle(path: Path, events: str, genes: str = "", end: str = ".\n") -> Path:
    """Write the layout of AOP-Wiki's RDF of genes; CASP3, CASP8 and a gene without number."""
    path.write_text(
        "@prefix : <https://aopwiki.rdf.bigcat-bioinformatics.org/> .\n"
        "@prefix aop.events: <https://identifiers.org/aop.events/> .\n"
        "@prefix hgnc: <https://identifiers.org/hgnc/>.\n\n"
        f"{events}\n\n"
        'hgnc:1504\ta\tedam:data_2298 ;\n\trdfs:label\t"CASP3" ;\n'
        "\tskos:exactMatch\tncbigene:836,ensembl:ENSG00000164305,uniprot:P42574 ;\n"
        "\towl:sameAs\tncbigene:836.\n"
        'hgnc:1509\ta\tedam:data_2298 ;\n\trdfs:label\t"CASP8" ;\n'
        "\tskos:exactMatch\tncbigene:841,ensembl:ENSG00000064012 .\n"
        'hgnc:2732\ta\tedam:data_2298 ;\n\trdfs:label\t"DDT" ;\n'
        "\tskos:exactMatch\tncbigene:1652,ncbigene:100037417,ensembl:ENSG00000099977 .\n"
        f'{genes}hgnc:12529\ta\tedam:data_2298 ;\n\trdfs:label\t"UGT1A" {end}'
    )
    return path


TWO = """aop.events:55\tedam:data_1025\thgnc:1504,hgnc:1509 ;
\t:geneDetectedByRegex\thgnc:1504 ;
\t:geneDetectedByNER\thgnc:1504,hgnc:1509 .

aop.events:99\tedam:data_1025\thgnc:12529 ;
\t:geneDetectedByNER\thgnc:12529 .

aop.relationships:7\tedam:data_1025\thgnc:1504 ."""


def test_each_gene_is_kept_with_who_found_it(catalog: Database, tmp_path: Path) -> None:
    imported(catalog, ("aopwiki", aopwiki_xml(tmp_path / "a.xml", {55: "Cell death"})))
    path = turtle(tmp_path / "genes-2026-06-06.ttl", TWO)
    report = imported(catalog, (SOURCE, path))
    assert rows(catalog, NAMED) == [
        (55, "CASP3", "836", "ENSG00000164305", "NER"),
        (55, "CASP3", "836", "ENSG00000164305", "regex"),
        (55, "CASP8", "841", "ENSG00000064012", "NER"),
    ]
    assert [remark.text for _file, remark in report.remarks] == [
        "Key Event 99 is in no given file and not in the catalog; its genes were left out."
    ]
    assert rows(catalog, "SELECT symbol FROM gene ORDER BY symbol") == [("CASP3",), ("CASP8",)]
    assert any("genes of 1 relationships" in note for note in report.notes)
    release = "SELECT source, version, records FROM source_release ORDER BY id DESC LIMIT 1"
    assert rows(catalog, release) == [(SOURCE, "2026-06-06", 2)]
    titles = rows(catalog, "SELECT title, release_id, retired_at FROM key_event")
    assert titles == [("Cell death", 1, None)]


def test_the_same_file_again_changes_nothing(catalog: Database, tmp_path: Path) -> None:
    xml = aopwiki_xml(tmp_path / "a.xml", {55: "Cell death", 99: "Another"})
    path = turtle(tmp_path / "genes.ttl", TWO)
    imported(catalog, (SOURCE, path), ("aopwiki", xml))
    before = everything(catalog)
    assert len(before["key_event_gene"]) == 4
    report = imported(catalog, (SOURCE, path))
    assert report.touched == set()
    assert everything(catalog) == before


def test_what_a_newer_file_no_longer_finds_is_gone(catalog: Database, tmp_path: Path) -> None:
    xml = aopwiki_xml(tmp_path / "a.xml", {55: "Cell death", 99: "Another"})
    imported(catalog, ("aopwiki", xml), (SOURCE, turtle(tmp_path / "old.ttl", TWO)))
    assert [row[0] for row in rows(catalog, NAMED)] == [55, 55, 55, 99]
    newer = "aop.events:55\tedam:data_1025\thgnc:1509 ;\n\t:geneDetectedByNER\thgnc:1509 ."
    report = imported(catalog, (SOURCE, turtle(tmp_path / "new.ttl", newer)))
    assert [row[:2] for row in rows(catalog, NAMED)] == [(55, "CASP8")]
    assert report.kinds["key_event"].changed == 2
    events = "SELECT number, title, retired_at FROM key_event"
    assert rows(catalog, events) == [(55, "Cell death", None), (99, "Another", None)]
    before = everything(catalog)
    imported(catalog, ("aopwiki", xml))
    assert everything(catalog) == before  # which says nothing of genes


def test_the_symbol_of_the_catalog_counts(catalog: Database, tmp_path: Path) -> None:
    table = tmp_path / "genes.tsv"
    table.write_text("entrez\tsymbol\n836\tOURS\n")
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("One", [836, 841])})
    xml = aopwiki_xml(tmp_path / "a.xml", {55: "Cell death"})
    imported(catalog, ("aopwiki", xml), ("genes", table), ("wikipathways", gmt))
    imported(catalog, (SOURCE, turtle(tmp_path / "genes.ttl", TWO)))
    symbols = "SELECT symbol, entrez FROM gene ORDER BY symbol"
    # 841 was known by its number alone.
    assert rows(catalog, symbols) == [("CASP8", "841"), ("OURS", "836")]
    assert {row[1] for row in rows(catalog, NAMED)} == {"CASP8", "OURS"}
    assert len(rows(catalog, "SELECT * FROM target_gene")) == 2


def test_of_two_numbers_none_is_believed(catalog: Database, tmp_path: Path) -> None:
    imported(catalog, ("aopwiki", aopwiki_xml(tmp_path / "a.xml", {55: "Cell death"})))
    events = "aop.events:55\tedam:data_1025\thgnc:2732,hgnc:5 ."
    report = imported(catalog, (SOURCE, turtle(tmp_path / "genes.ttl", events)))
    assert rows(catalog, NAMED) == [(55, "DDT", None, None, "mined")]
    assert [(remark.line, remark.text) for _file, remark in report.remarks] == [
        (5, "Key Event 55 names the gene hgnc:5, which the file does not describe; left out.")
    ]


@pytest.mark.parametrize(
    ("events", "end", "told"),
    [
        (TWO, ";\n", "genes.ttl, line 25: the file ends within a statement, so it was cut off"),
        ("", ".\n", "genes.ttl: names no gene of any Key Event."),
        ("aop.events:x\tedam:data_1025\thgnc:5 .", ".\n", "line 5: the number of a Key Event is"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, events: str, end: str, told: str) -> None:
    file = open_input(SOURCE, turtle(tmp_path / "genes.ttl", events, end=end))
    with pytest.raises(SourceError) as caught:
        list(file.format.read(file.path, lambda _count: None))
    assert told in str(caught.value)


def test_the_real_file_is_read_whole(shared_data: Path) -> None:
    file = open_input(SOURCE, shared_data / REAL)
    found = list(file.format.read(file.path, lambda _count: None))
    events = [one for one in found if isinstance(one, r.KeyEventRecord)]
    assert len(events) == 487
    methods = [gene.method for one in events for gene in one.genes or ()]
    assert (methods.count("NER"), methods.count("regex"), len(methods)) == (3674, 1855, 5529)
    assert not [one for one in found if isinstance(one, r.Remark)]
