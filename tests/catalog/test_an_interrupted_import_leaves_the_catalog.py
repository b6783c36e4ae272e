"""An import that is killed at any point, even within its merge, leaves the catalog as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.conftest import ROOT
from tests.catalog.small_files import aopwiki_xml, everything, imported, rows
from webapp.database import Database

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from webapp.catalog.importer import import_files
from webapp.catalog.inputs import open_input
from webapp.database import Database

database, source, statement = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
opened = Database(database)

@event.listens_for(opened.engine, "before_cursor_execute")
def kill(connection, cursor, sql, *rest):
    if sql.startswith(statement):
        os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(opened.engine, "commit")
def kill_before_commit(connection):
    if statement == "COMMIT" and connection.get_execution_options().get("kewp_write"):
        os.kill(os.getpid(), signal.SIGKILL)

import_files(opened, [open_input("aopwiki", source)])
"""


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stage_aop ",
        "INSERT INTO added_aop_key_event ",
        "INSERT INTO source_release ",
        "INSERT INTO key_event ",
        "INSERT INTO aop_relationship ",
        "COMMIT",
    ],
)
def test_kill_9(catalog: Database, shared_data: Path, statement: str, tmp_path: Path) -> None:
    imported(catalog, ("aopwiki", aopwiki_xml(tmp_path / "a.xml", {18: "A", 2: "B"})))
    before = everything(catalog)
    source = shared_data / real.XML_SAMPLE
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(catalog.path), str(source), statement],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert everything(catalog) == before
    assert rows(catalog, "PRAGMA integrity_check") == [("ok",)]
    # Neither the lock nor anything else of the dead import stands in the way of the next one.
    report = imported(catalog, ("aopwiki", source))
    assert report.kinds["key_event"].live == 12


def test_an_error_within_the_merge_rolls_all_back(
    catalog: Database, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(catalog, ("aopwiki", aopwiki_xml(tmp_path / "a.xml", {18: "A", 2: "B"})))
    before = everything(catalog)
    monkeypatch.setattr("webapp.catalog.merge._move_links", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        imported(catalog, ("aopwiki", shared_data / real.XML_SAMPLE))
    assert everything(catalog) == before
