"""WikiPathways: both URL forms of the GMT, and what an archive or a checkout adds."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.catalog import real_files as real
from webapp.catalog.sources import records as r
from webapp.catalog.sources import wikipathways, wikipathways_archive
from webapp.catalog.sources.datanodes import Datanodes
from webapp.catalog.sources.front_matter import list_of_mappings, list_of_texts


def targets(records: object) -> dict[str, r.TargetRecord]:
    assert hasattr(records, "__iter__")
    return {x.identifier: x for x in records if isinstance(x, r.TargetRecord)}


def test_the_url_of_2022_holds_the_revision(shared_data: Path) -> None:
    records = list(wikipathways.read(shared_data / real.GMT_2022))
    found = targets(records)
    assert len(found) == 724
    assert records[0] == r.Version("2022-03-10")
    assert found["wikipathways:WP5119"].version == "r119393"
    assert (found["wikipathways:WP5119"].genes or ())[:2] == ("entrez:9025", "entrez:25836")


def test_todays_url_does_not(shared_data: Path) -> None:
    records = list(wikipathways.read(shared_data / real.GMT_2026))
    found = targets(records)
    assert len(found) == 992
    assert records[0] == r.Version("2026-08-22")
    assert found["wikipathways:WP254"].title == "Apoptosis"
    assert found["wikipathways:WP254"].version is None


def test_the_archive_adds_pathways_descriptions_terms_and_communities(shared_data: Path) -> None:
    records = list(wikipathways_archive.read(shared_data / real.ARCHIVE))
    found = targets(records)
    assert len(found) == 1020
    assert sum(bool(x.genes) for x in found.values()) == 992
    assert sum(bool(x.description) for x in found.values()) == 1018
    apoptosis = found["wikipathways:WP254"]
    assert apoptosis.version == "r140926"
    assert (apoptosis.description or "").endswith("available via the CPTAC Assay Portal.")
    notes = set(apoptosis.annotations or ())
    assert r.Annotation("Pathway Ontology", "PW:0000009", "apoptotic cell death pathway") in notes
    assert r.Annotation("Community", "ONTOX") in notes
    symbols = {x.entrez: x.symbol for x in records if isinstance(x, r.GeneRecord)}
    assert symbols["836"] == "CASP3"
    assert len(symbols) == 8878


def test_the_archive_and_the_gmt_agree_on_genes(shared_data: Path) -> None:
    listed = targets(wikipathways.read(shared_data / real.GMT_2026))
    held = targets(wikipathways_archive.read(shared_data / real.ARCHIVE))
    for identifier, record in listed.items():
        missing = set(record.genes or ()) - set(held[identifier].genes or ())
        assert missing == set(), identifier


def test_a_checkout_reads_like_the_archive_and_other_species_are_passed_over(
    pathway_folder: Path, tmp_path: Path
) -> None:
    from_folder = list(wikipathways_archive.read(pathway_folder))
    assert [x.identifier for x in from_folder if isinstance(x, r.TargetRecord)] == [
        "wikipathways:WP90001"
    ]
    record = next(x for x in from_folder if isinstance(x, r.TargetRecord))
    assert record.title == "A pathway"
    assert record.description == "First link.\n\nSecond."
    assert record.annotations == (r.Annotation("Pathway Ontology", "PW:0000004"),)
    assert record.genes is None
    assert r.Version("2026-01-31") in from_folder
    assert any(
        "1 pathways of other species" in x.text for x in from_folder if isinstance(x, r.Note)
    )

    archive = tmp_path / "release.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(pathway_folder, "wikipathways-database-main")
    from_archive = list(wikipathways_archive.read(archive))
    assert [x for x in from_archive if isinstance(x, r.TargetRecord)] == [record]


def test_a_pathway_without_its_info_is_reported(pathway_folder: Path) -> None:
    stray = pathway_folder / "pathways" / "WP90003"
    stray.mkdir()
    (stray / "WP90003-datanodes.tsv").write_text("Label\n")
    remarks = [x.text for x in wikipathways_archive.read(pathway_folder) if isinstance(x, r.Remark)]
    assert remarks == ["WP90003 has no WP90003-info.json; left out."]
    shutil.rmtree(stray)


HEADER = "Label\tType\tIdentifier\tComment\tEnsembl\tNCBI gene\tHGNC\tUniProt\tWikidata"


@pytest.mark.parametrize(
    ("row", "entrez", "pairs"),
    [
        ("CASP3\tX\ti\t\tEnsembl:E1\tncbigene:836\thgnc.symbol:CASP3\t\t", ("836",),
         [("836", "CASP3", "E1")]),
        ("tab\tin label\tX\ti\t\tEnsembl:E1\tncbigene:836\thgnc.symbol:CASP3\t\t", ("836",),
         [("836", "CASP3", "E1")]),
        ("cr\rin label\tX\ti\t\tEnsembl:E1\tncbigene:836\thgnc.symbol:CASP3\t\t", ("836",),
         [("836", "CASP3", "E1")]),
        ("two\tX\ti\t\t\tncbigene:1;ncbigene:2\thgnc.symbol:A;hgnc.symbol:B\t\t", ("1", "2"), []),
        ("none\tX\tncbigene:9\t\t\t\t\t\t", (), []),
    ],
)  # fmt: skip
def test_genes_are_found_however_cells_shift(
    row: str, entrez: tuple[str, ...], pairs: list[tuple[str, str, str]]
) -> None:
    nodes = Datanodes(f"{HEADER}\n{row}\n".encode())
    assert nodes.entrez == entrez
    assert nodes.pairs == pairs


def test_lists_of_a_page_are_read_without_a_yaml_reader() -> None:
    page = """---
annotations:
- id: PW:1
  type: Pathway Ontology
  value: 'the cell''s own
    death'
- id: "CL:2"
  type: Cell Type Ontology
  value: >x
communities:
- AOP
- "Lipids"
description: text
---
annotations:
- id: not this one
"""
    assert list_of_mappings(page, "annotations") == [
        {"id": "PW:1", "type": "Pathway Ontology", "value": "the cell's own death"},
        {"id": "CL:2", "type": "Cell Type Ontology", "value": ">x"},
    ]
    assert list_of_texts(page, "communities") == ["AOP", "Lipids"]
    assert list_of_texts(page, "authors") == []
