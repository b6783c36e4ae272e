"""What the tests of the catalog share: an empty catalog, and one full import of the real files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tests.catalog.real_files import FULL
from tests.conftest import SECRET
from webapp import migrations
from webapp.database import Database

LONGEST_IMPORT = 400
"""Seconds after which it hangs; much less than a test may take, much more than it needs."""

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file without a catalog; copied, never written to."""
    path = tmp_path_factory.mktemp("empty") / "ke_wp_mapping.db"
    database = Database(path, create=True)
    migrations.migrate(database.engine)
    database.close()
    return path


@pytest.fixture
def catalog(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """An installation's database without a catalog."""
    path = tmp_path / "data" / "ke_wp_mapping.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    opened = Database(path)
    yield opened
    opened.close()


@dataclass(frozen=True)
class FullImport:
    """One run of `python -m webapp catalog import` on all real files, with somebody writing."""

    path: Path
    output: str
    seconds: float
    """From the start to the end, also where others had the processor meanwhile."""
    processor_seconds: float
    peak_memory: int
    """Largest resident set of the importing process, in bytes."""
    longest_wait: float
    """Longest time in seconds that one of the concurrent writes took."""
    writes: int


@pytest.fixture(scope="session")
def full_import(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path, shared_data: Path
) -> FullImport:
    """Import the real files in a process of its own while this one keeps writing."""
    folder = tmp_path_factory.mktemp("full")
    path = folder / "data" / "ke_wp_mapping.db"
    path.parent.mkdir()
    shutil.copy(empty_database, path)
    command = [sys.executable, "-m", "webapp", "catalog", "import", "--no-index"]
    for option, names in FULL.items():
        command += [f"--{option}", *(str(shared_data / name) for name in names)]
    output = folder / "output"
    environment = {
        **os.environ,
        "FLASK_SECRET_KEY": SECRET,
        "DATA_DIR": str(path.parent),
        "DATABASE_PATH": "",
        "COLUMNS": "120",
    }
    writer = dbapi2.connect(str(path), isolation_level=None, timeout=30)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA synchronous=FULL")
    writer.execute("CREATE TABLE IF NOT EXISTS heartbeat (at TEXT)")
    with open(output, "wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
    started = time.monotonic()
    longest, writes, status = 0.0, 0, None
    while status is None:
        began = time.monotonic()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO heartbeat VALUES (datetime('now'))")
        writer.execute("COMMIT")
        longest = max(longest, time.monotonic() - began)
        writes += 1
        pid, waited, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            status = process.returncode = os.waitstatus_to_exitcode(waited)
        elif time.monotonic() - started > LONGEST_IMPORT:
            process.kill()
            pytest.fail(f"the full import did not end within {LONGEST_IMPORT} s")
        time.sleep(0.002)
    seconds = time.monotonic() - started
    writer.execute("DROP TABLE heartbeat")
    writer.close()
    text = output.read_text()
    assert status == 0, text
    busy = usage.ru_utime + usage.ru_stime
    return FullImport(path, text, seconds, busy, usage.ru_maxrss * 1024, longest, writes)


@pytest.fixture
def full_catalog(tmp_path: Path, full_import: FullImport) -> Iterator[Database]:
    """A copy of the full catalog, to write to."""
    path = tmp_path / "full" / "ke_wp_mapping.db"
    path.parent.mkdir()
    source = dbapi2.connect(str(full_import.path))
    target = dbapi2.connect(str(path))
    source.backup(target)
    source.close()
    target.close()
    opened = Database(path)
    yield opened
    opened.close()


@pytest.fixture
def pathway_folder(tmp_path: Path) -> Path:
    """A small checkout of the wikipathways-database: one human pathway, one of the mouse."""
    root = tmp_path / "wikipathways-database"
    for identifier, species in (("WP90001", "Homo sapiens"), ("WP90002", "Mus musculus")):
        folder = root / "pathways" / identifier
        folder.mkdir(parents=True)
        (folder / f"{identifier}-info.json").write_text(
            json.dumps(
                {
                    "wpid": identifier,
                    "organisms": [species],
                    "title": " A pathway ",
                    "description": "First [link](https://example.org/a_(b)).\n\n''Second''.",
                    "ontology-ids": ["PW:0000004"],
                    "last-edited": "2026-01-31",
                    "revision": "r7",
                }
            )
        )
    return root
