"""All real files import completely, within the promised time and memory, and nobody waits long."""

from __future__ import annotations

import re

from tests.catalog.conftest import FullImport
from tests.catalog.small_files import rows
from webapp.database import Database

GIB = 1 << 30


def test_all_key_events_aops_and_relationships_are_there(full_catalog: Database) -> None:
    assert rows(full_catalog, "SELECT count(*) FROM key_event WHERE retired_at IS NULL") == [
        (1570,)
    ]
    assert rows(full_catalog, "SELECT count(*) FROM aop WHERE retired_at IS NULL") == [(528,)]
    assert rows(full_catalog, "SELECT count(*) FROM key_event_relationship") == [(2291,)]
    assert rows(full_catalog, "SELECT count(*) FROM aop_key_event") == [(3626,)]
    assert rows(full_catalog, "SELECT count(*) FROM aop_relationship") == [(3205,)]
    components = "SELECT count(*), count(DISTINCT key_event_id) FROM event_component"
    assert rows(full_catalog, components) == [(1111, 880)]
    assert rows(full_catalog, "SELECT count(*) FROM key_event WHERE level IS NULL") == [(9,)]


def test_621_descriptions_are_read_and_the_blank_one_is_kept_as_none(
    full_catalog: Database, full_import: FullImport
) -> None:
    # AOP-Wiki's markup for one Key Event is `<p>&nbsp;</p>` twice: there, but without a word.
    assert rows(full_catalog, "SELECT count(*) FROM key_event WHERE description <> ''") == [(620,)]
    blank = "SELECT title, description FROM key_event WHERE title LIKE '%Phenotypic enzyme%'"
    assert rows(full_catalog, blank) == [("Increase, Phenotypic enzyme activity", "")]
    assert "1,570 Key Events, 621 of them described (1 in markup" in full_import.output


def test_roles_and_evidence_differ_by_aop(full_catalog: Database) -> None:
    roles = """SELECT count(*) FROM (SELECT key_event_id FROM aop_key_event
               GROUP BY key_event_id HAVING count(DISTINCT role) > 1)"""
    assert rows(full_catalog, roles) == [(105,)]
    evidence = """SELECT count(*) FROM (SELECT relationship_id FROM aop_relationship
        GROUP BY relationship_id HAVING count(DISTINCT adjacency || evidence) > 1)"""
    assert 150 <= int(str(rows(full_catalog, evidence)[0][0])) <= 190
    spellings = "SELECT DISTINCT evidence FROM aop_relationship ORDER BY evidence"
    assert rows(full_catalog, spellings) == [("High",), ("Low",), ("Moderate",), ("Not Specified",)]


def test_all_targets_are_there_with_genes_and_descriptions(full_catalog: Database) -> None:
    counts = """SELECT resource, count(*), sum(description <> ''),
        sum(id IN (SELECT target_id FROM target_gene)) FROM target
        WHERE retired_at IS NULL GROUP BY resource ORDER BY resource"""
    assert rows(full_catalog, counts) == [
        ("go_bp", 27186, 0, 11137),
        ("reactome", 2546, 0, 2546),
        ("wikipathways", 1020, 1018, 992),
    ]
    apoptosis = """SELECT t.title, t.species, t.version FROM target t
        WHERE t.identifier = 'wikipathways:WP254'"""
    assert rows(full_catalog, apoptosis) == [("Apoptosis", "Homo sapiens", "r140926")]
    annotation = """SELECT a.kind, a.label FROM target_annotation a JOIN target t
        ON t.id = a.target_id WHERE t.identifier = 'wikipathways:WP254'
        AND a.identifier = 'PW:0000009'"""
    assert rows(full_catalog, annotation) == [("Pathway Ontology", "apoptotic cell death pathway")]


def test_genes_are_kept_by_symbol_and_the_few_unknown_ones_by_number(
    full_catalog: Database, full_import: FullImport
) -> None:
    assert rows(full_catalog, "SELECT entrez FROM gene WHERE symbol = 'CASP3'") == [("836",)]
    # The release calls Entrez 23586 RIGI ten times and by its former name DDX58 eight times.
    assert rows(full_catalog, "SELECT symbol FROM gene WHERE entrez = '23586'") == [("RIGI",)]
    unknown = rows(full_catalog, "SELECT count(*) FROM gene WHERE symbol LIKE 'entrez:%'")
    assert unknown == [(70,)]
    assert re.search(r"Reported: .* entrez:\d+, a gene of wikipathways:", full_import.output)


def test_the_parents_of_a_term_are_linked(full_catalog: Database) -> None:
    parents = """SELECT p.identifier FROM target t JOIN target_parent l ON l.target_id = t.id
        JOIN target p ON p.id = l.parent_id WHERE t.identifier = 'GO:0000001' ORDER BY 1"""
    assert rows(full_catalog, parents) == [("GO:0048308",), ("GO:0048311",)]


def test_gene_sets_of_terms_that_the_ontology_lacks_are_reported(
    full_catalog: Database, full_import: FullImport
) -> None:
    line = next(line for line in full_import.output.splitlines() if line.startswith("GO terms"))
    assert re.findall(r"[\d,]+", line) == ["27,186", "0", "0", "0", "0", "70", "27,186"]
    assert "GO:0120532 is in no given file and not in the catalog" in full_import.output
    assert rows(full_catalog, "SELECT 1 FROM target WHERE identifier = 'GO:0120532'") == []


def test_every_file_is_a_release_and_every_row_names_the_one_it_came_from(
    full_catalog: Database,
) -> None:
    releases = "SELECT source, version, length(sha256), records FROM source_release ORDER BY id"
    assert rows(full_catalog, releases) == [
        ("aopwiki", "2026-03-05", 64, 4389),
        ("wikipathways", "2026-08-22", 64, 992),
        ("wikipathways", "2026-08-22", 64, 1020),
        ("go", "derived-from-CRAN-ontologyIndex-2.12-go.RData", 64, 27186),
        ("go", "2026-02", 64, 11207),
        ("reactome", "", 64, 2546),
        ("genes", "2021-12", 64, 24778),
    ]
    origin = """SELECT t.resource, s.file_name, count(*) FROM target t
        JOIN source_release s ON s.id = t.release_id GROUP BY 1, 2 ORDER BY 1, 3"""
    assert [(row[0], row[2]) for row in rows(full_catalog, origin)] == [
        ("go_bp", 27186),
        ("reactome", 2546),
        ("wikipathways", 28),
        ("wikipathways", 992),
    ]


def test_it_takes_less_than_two_minutes_and_one_gibibyte(full_import: FullImport) -> None:
    assert full_import.processor_seconds < 120
    assert full_import.peak_memory < GIB


def test_who_writes_meanwhile_waits_at_most_two_seconds(full_import: FullImport) -> None:
    assert full_import.writes > 50
    # On a machine that is busy with other things, all takes as many times longer.
    slowed = max(1.0, full_import.seconds / full_import.processor_seconds)
    assert full_import.longest_wait <= 2.0 * slowed


def test_the_database_is_sound_afterwards(full_catalog: Database) -> None:
    assert rows(full_catalog, "PRAGMA foreign_key_check") == []
    assert rows(full_catalog, "PRAGMA integrity_check") == [("ok",)]
