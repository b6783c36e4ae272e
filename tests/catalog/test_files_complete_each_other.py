"""Several files may speak of one thing: what one leaves open another fills in, now or later."""

from __future__ import annotations

from pathlib import Path

from tests.catalog import real_files as real
from tests.catalog.small_files import imported, rows, wikipathways_gmt
from webapp.catalog.sources import genes
from webapp.catalog.sources import records as r
from webapp.database import Database

WP254 = """SELECT t.title, t.description <> '', t.version, (SELECT count(*) FROM target_gene g
    WHERE g.target_id = t.id), (SELECT count(*) FROM target_annotation a WHERE a.target_id = t.id)
    FROM target t WHERE t.identifier = 'wikipathways:WP254'"""


def test_a_gmt_first_and_the_archive_later(catalog: Database, shared_data: Path) -> None:
    imported(catalog, ("wikipathways", shared_data / real.GMT_2026))
    assert rows(catalog, WP254) == [("Apoptosis", 0, "", 88, 0)]
    unresolved = "SELECT count(*) FROM gene WHERE symbol LIKE 'entrez:%'"
    assert rows(catalog, unresolved) == rows(catalog, "SELECT count(*) FROM gene")
    caspase = rows(catalog, "SELECT id FROM gene WHERE entrez = '836'")
    report = imported(catalog, ("wikipathways", shared_data / real.ARCHIVE))
    assert report.kinds[r.WIKIPATHWAYS].new == 28
    assert rows(catalog, WP254) == [("Apoptosis", 1, "r140926", 88, 7)]
    # The genes kept their rows and got their symbols.
    assert rows(catalog, "SELECT id FROM gene WHERE symbol = 'CASP3'") == caspase
    assert int(str(rows(catalog, unresolved)[0][0])) < 200


def test_a_gmt_alone_does_not_wipe_what_the_archive_said(
    full_catalog: Database, shared_data: Path
) -> None:
    before = rows(full_catalog, WP254)
    report = imported(full_catalog, ("wikipathways", shared_data / real.GMT_2026))
    assert report.touched == set()
    assert rows(full_catalog, WP254) == before


def test_an_identifier_table_names_genes_that_were_known_by_number(
    catalog: Database, tmp_path: Path
) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [836, 999])})
    report = imported(catalog, ("wikipathways", gmt))
    assert [remark.text for _file, remark in report.remarks] == [
        "No symbol is known for entrez:836, a gene of wikipathways:WP1; kept by its number.",
        "No symbol is known for entrez:999, a gene of wikipathways:WP1; kept by its number.",
    ]
    table = tmp_path / "hgnc.tsv"
    table.write_text("symbol\tentrez_id\tensembl_gene_id\nCASP3\t836\tENSG00000164305\n")
    report = imported(catalog, ("genes", table))
    assert (report.kinds[r.GENE].changed, report.kinds[r.GENE].new) == (1, 0)
    kept = """SELECT g.symbol, g.entrez, g.ensembl FROM gene g
        JOIN target_gene t ON t.gene_id = g.id ORDER BY 1"""
    assert rows(catalog, kept) == [
        ("CASP3", "836", "ENSG00000164305"),
        ("entrez:999", "999", None),
    ]


def test_a_gene_known_by_number_moves_to_the_symbol_that_is_there_already(
    catalog: Database, tmp_path: Path
) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [836])})
    imported(catalog, ("wikipathways", gmt))
    reactome = tmp_path / "reactome.gmt"
    reactome.write_text("Apoptosis\tR-HSA-109581\tCASP3\n")
    imported(catalog, ("reactome", reactome))
    table = tmp_path / "hgnc.tsv"
    table.write_text("symbol\tentrez_id\nCASP3\t836\n")
    imported(catalog, ("genes", table))
    links = """SELECT t.identifier, g.symbol, g.entrez FROM target_gene l
        JOIN target t ON t.id = l.target_id JOIN gene g ON g.id = l.gene_id ORDER BY 1"""
    assert rows(catalog, links) == [
        ("reactome:R-HSA-109581", "CASP3", "836"),
        ("wikipathways:WP1", "CASP3", "836"),
    ]
    assert imported(catalog, ("wikipathways", gmt)).touched == set()


def test_a_symbol_has_one_number_and_the_others_stay_numbers(
    catalog: Database, tmp_path: Path
) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [20, 3])})
    table = tmp_path / "table.tsv"
    table.write_text("entrez\thgnc_symbol\n20\tABC\n3\tABC\n")
    report = imported(catalog, ("wikipathways", gmt), ("genes", table))
    kept = "SELECT symbol, entrez FROM gene ORDER BY symbol"
    assert rows(catalog, kept) == [("ABC", "3"), ("entrez:20", "20")]
    assert [remark.text for _file, remark in report.remarks] == [
        "The symbol ABC has another number than entrez:20, a gene of wikipathways:WP1; "
        "kept by its number."
    ]
    # Without the table the same genes are found again.
    assert imported(catalog, ("wikipathways", gmt)).touched == set()


def test_a_symbol_that_was_replaced_loses_its_number(catalog: Database, tmp_path: Path) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [23586])})
    table = tmp_path / "table.tsv"
    table.write_text("entrez\tsymbol\n23586\tDDX58\n")
    imported(catalog, ("wikipathways", gmt), ("genes", table))
    table.write_text("entrez\tsymbol\n23586\tRIGI\n")
    imported(catalog, ("wikipathways", gmt), ("genes", table))
    kept = "SELECT symbol, entrez FROM gene ORDER BY symbol"
    assert rows(catalog, kept) == [("DDX58", None), ("RIGI", "23586")]
    linked = "SELECT g.symbol FROM target_gene l JOIN gene g ON g.id = l.gene_id"
    assert rows(catalog, linked) == [("RIGI",)]
    assert imported(catalog, ("wikipathways", gmt)).touched == set()


def test_a_table_gives_names_to_genes_that_another_file_numbered(
    catalog: Database, tmp_path: Path
) -> None:
    """Ensembl says where a name is from, HGNC keeps several in one cell."""
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [196, 836])})
    plain = tmp_path / "plain.tsv"
    plain.write_text("entrez\tsymbol\n196\tAHR\n836\tCASP3\n")
    imported(catalog, ("wikipathways", gmt), ("genes", plain))
    ensembl = tmp_path / "ensembl.tsv"
    ensembl.write_text(
        "hgnc_symbol\tentrezgene_id\tdescription\n"
        "AHR\t196\taryl hydrocarbon receptor [Source:HGNC Symbol;Acc:HGNC:348]\n"
    )
    imported(catalog, ("genes", ensembl))
    hgnc = tmp_path / "hgnc.tsv"
    hgnc.write_text(
        "symbol\tentrez_id\tname\talias_symbol\tprev_symbol\n"
        'CASP3\t836\tcaspase 3\t"CPP32|CPP32B"\t\n'
    )
    imported(catalog, ("genes", hgnc))
    named = "SELECT symbol, name, aliases FROM gene ORDER BY symbol"
    assert rows(catalog, named) == [
        ("AHR", "aryl hydrocarbon receptor", None),
        ("CASP3", "caspase 3", "CPP32|CPP32B"),
    ]
    # A table without names takes none away.
    assert imported(catalog, ("genes", plain)).touched == set()


def test_of_several_symbols_of_a_number_the_one_with_fewest_numbers_is_its_own(
    tmp_path: Path,
) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(
        "ensembl_gene_id\thgnc_symbol\tentrezgene_id\n"
        "E1\tLINC02210-CRHR1\t1394\nE1\tLINC02210-CRHR1\t104909134\nE2\tCRHR1\t1394\n"
    )
    assert list(genes.read(table)) == [
        r.GeneRecord("1394", "CRHR1", "E2"),
        r.GeneRecord("104909134", "LINC02210-CRHR1", "E1"),
    ]


OBO = """format-version: 1.2

[Term]
id: GO:0000001
name: first
namespace: biological_process
"""


def test_genes_of_terms_need_the_ontology_first(catalog: Database, tmp_path: Path) -> None:
    gmt = tmp_path / "go.gmt"
    gmt.write_text("GO:0000001\tfirst\tCASP3\nGO:0000002\tsecond\tCASP8\n")
    report = imported(catalog, ("go", gmt))
    assert report.touched == set()
    assert report.kinds[r.GO_BP].reported == len(report.remarks) == 2
    obo = tmp_path / "go.obo"
    obo.write_text(OBO)
    imported(catalog, ("go", obo))
    report = imported(catalog, ("go", gmt))
    assert report.kinds[r.GO_BP].changed == 1
    assert [remark.text for _file, remark in report.remarks] == [
        "GO:0000002 is in no given file and not in the catalog; its genes were left out."
    ]
    assert rows(catalog, "SELECT symbol FROM gene") == [("CASP3",)]
    # The ontology alone says nothing of genes and leaves them.
    assert imported(catalog, ("go", obo)).touched == set()
