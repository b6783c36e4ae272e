"""A second import is refused with a sentence while one is running; reading and writing go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tests.catalog.small_files import aopwiki_xml, everything, imported, rows
from webapp.catalog import importer
from webapp.catalog.lock import ImportRefused, only_import
from webapp.database import Database


def test_the_second_import_is_refused(catalog: Database, tmp_path: Path) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    before = everything(catalog)
    with (
        only_import(catalog.path),
        pytest.raises(
            ImportRefused, match=f"Another catalog import is running .process {os.getpid()}"
        ),
    ):
        imported(catalog, ("aopwiki", file))
    assert everything(catalog) == before
    assert imported(catalog, ("aopwiki", file)).kinds["key_event"].new == 1


def test_two_databases_are_imported_side_by_side(catalog: Database, tmp_path: Path) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    with only_import(tmp_path / "another.db"):
        assert imported(catalog, ("aopwiki", file)).kinds["key_event"].new == 1


def test_a_writer_that_never_lets_go_is_named(
    catalog: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "WAIT_FOR_LOCK_SECONDS", 0.0)
    monkeypatch.setattr("webapp.database.BUSY_TIMEOUT_MS", 100)
    impatient = Database(catalog.path)
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    writer = dbapi2.connect(str(catalog.path), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(ImportRefused, match="was locked by another program"):
            imported(impatient, ("aopwiki", file))
    finally:
        writer.execute("ROLLBACK")
        writer.close()
        impatient.close()
    assert rows(catalog, "SELECT count(*) FROM key_event") == [(0,)]


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    with pytest.raises(ImportRefused, match=r"There is no database .*none\.db"):
        imported(Database(tmp_path / "none.db"), ("aopwiki", file))


def test_an_empty_database_is_named(tmp_path: Path) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    (tmp_path / "blank.db").touch()
    blank = Database(tmp_path / "blank.db")
    with pytest.raises(ImportRefused, match="has no catalog tables"):
        imported(blank, ("aopwiki", file))
    blank.close()
