"""The starter catalog fills an empty installation, gives way to the releases, never the reverse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.small_files import everything, imported, rows, wikipathways_gmt
from webapp.catalog.importer import catalog_is_empty, import_starter
from webapp.catalog.lock import ImportRefused
from webapp.catalog.sources import records as r
from webapp.database import Database
from webapp.settings import Settings


def test_it_holds_what_its_tables_hold(database: Database) -> None:
    counts = """SELECT (SELECT count(*) FROM key_event), (SELECT count(*) FROM aop),
        (SELECT count(*) FROM target), (SELECT count(*) FROM key_event_relationship)"""
    key_events, aops, targets, relationships = rows(database, counts)[0]
    assert int(str(key_events)) >= 60
    assert int(str(aops)) >= 8
    assert int(str(targets)) >= 60
    assert int(str(relationships)) >= 60
    assert rows(database, "SELECT source, licence <> '' FROM source_release") == [("starter", 1)]
    assert rows(database, "SELECT count(*) FROM key_event WHERE description = ''") == [(0,)]
    genes = """SELECT count(*) FROM target_gene l JOIN target t ON t.id = l.target_id
        JOIN gene g ON g.id = l.gene_id
        WHERE t.identifier = 'wikipathways:WP254' AND g.symbol = 'CASP3' AND g.entrez = '836'"""
    assert rows(database, genes) == [(1,)]


def test_loading_it_again_changes_nothing(database: Database, settings: Settings) -> None:
    before = everything(database)
    assert import_starter(settings).touched == set()
    assert everything(database) == before


def test_the_release_replaces_its_own_words(database: Database, shared_data: Path) -> None:
    report = imported(database, ("aopwiki", shared_data / real.XML_2026))
    assert report.kinds[r.KEY_EVENT].new == 1502
    assert report.kinds[r.KEY_EVENT].retired == 0
    described = "SELECT count(*) FROM key_event WHERE description <> ''"
    assert rows(database, described) == [(620,)]
    left = """SELECT count(*) FROM key_event k JOIN source_release s ON s.id = k.release_id
        WHERE s.source = 'starter'"""
    assert rows(database, left) == [(0,)]


def test_it_is_refused_over_a_release(
    database: Database, settings: Settings, shared_data: Path
) -> None:
    imported(database, ("aopwiki", shared_data / real.XML_SAMPLE))
    before = everything(database)
    with pytest.raises(ImportRefused, match="already holds the release aop-wiki-sample"):
        import_starter(settings)
    assert everything(database) == before


def test_empty_means_without_any_row(catalog: Database, tmp_path: Path) -> None:
    assert catalog_is_empty(catalog)
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [836])})
    imported(catalog, ("wikipathways", gmt))
    assert not catalog_is_empty(catalog)
