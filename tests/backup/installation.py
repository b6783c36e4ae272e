"""A small installation for these tests: a real database with the tables that backups expect."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pysqlite3 import dbapi2

from backup import attempt, snapshot
from backup.facts import APPLICATION_ID, EXPECTED_TABLES
from backup.folder import Folder
from backup.manifest import Manifest
from backup.settings import ROOT, Settings, load_settings

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds after which what does not come true fails a test; far more than a busy machine needs."""

NAMED = """
import os, signal, sys
from pathlib import Path
from backup import snapshot
from backup.folder import Folder
database, folder, step = sys.argv[1:]
def on_step(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)
Folder(Path(folder)).make()
with Folder(Path(folder)).lock(0):
    snapshot.take(Path(database), Folder(Path(folder)), "test", on_step=on_step)
"""


def connect(path: Path) -> Any:
    """A connection as the application has them."""
    connection = dbapi2.connect(str(path), isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


LARGE = 200_000
"""Events of a database of some 60 MB, of which a snapshot takes a while."""


def make_database(path: Path, events: int = 100) -> None:
    """Make a database with all expected tables and some history."""
    if events == LARGE:
        shutil.copyfile(_large_database(), path)
    else:
        _make_database(path, events)


@cache
def _large_database() -> Path:
    """One for this process, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="kewp-large-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make_database(folder / "large.db", LARGE)
    return folder / "large.db"


def _make_database(path: Path, events: int) -> None:
    connection = connect(path)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT NOT NULL)")
    connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    for table in sorted(EXPECTED_TABLES - {"alembic_version", "mapping_event"}):
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, note TEXT)")
    connection.execute(
        "CREATE TABLE mapping_event (id INTEGER PRIMARY KEY, "
        "mapping_id INTEGER REFERENCES mapping (id), note TEXT, "
        "at TEXT NOT NULL DEFAULT (hex(randomblob(8))))"
    )
    connection.execute("INSERT INTO mapping VALUES (1, 'first')")
    connection.executemany(
        "INSERT INTO mapping_event (mapping_id, note) VALUES (1, ?)",
        ((f"decision {number} " + "x" * 200,) for number in range(events)),
    )
    connection.execute("COMMIT")
    connection.close()


def decide(path: Path, count: int = 1) -> int:
    """Append `count` decisions, each its own commit; returns the newest id."""
    connection = connect(path)
    for _ in range(count):
        connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'decided')")
    newest = connection.execute("SELECT max(id) FROM mapping_event").fetchone()[0]
    connection.close()
    return int(newest)


def dump(path: Path) -> list[str]:
    """Schema and every row of the database, in a fixed order."""
    connection = dbapi2.connect(f"file:{path}?mode=ro", uri=True)
    try:
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2")
        lines = [repr(row) for row in schema]
        for table in sorted(EXPECTED_TABLES):
            rows = connection.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid")
            lines += [f"{table} {row}" for row in rows]
        return lines
    finally:
        connection.close()


def wait_until(what: str, condition: Callable[[], T], seconds: float = PATIENCE) -> T:
    """The first true answer of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
    return answer


class Installation:
    """A database, a backup folder, and the commands run as real processes."""

    def __init__(self, root: Path, **settings: str) -> None:
        self.root = root
        self.database = root / "data" / "ke_wp_mapping.db"
        self.folder_path = root / "backups"
        self.given = {
            "DATA_DIR": str(root / "data"),
            "DATABASE_PATH": str(self.database),
            "BACKUP_DIR": str(self.folder_path),
            "BACKUP_SCHEDULE": f"0 {(datetime.now().astimezone().hour + 12) % 24} * * *",
            "BACKUP_RETENTION_DAYS": "7",
            "BACKUP_MIN_INTERVAL": "1s",
            **settings,
        }
        self.processes: list[subprocess.Popen[str]] = []

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return load_settings(self.given, env_file=None)

    @property
    def folder(self) -> Folder:
        """The backup folder, made if need be, read afresh."""
        folder = Folder(self.folder_path)
        folder.make()
        return folder

    @property
    def environment(self) -> dict[str, str]:
        """What the processes see."""
        return {**os.environ, **self.given}

    def take(self, reason: str = "test", **options: Any) -> Manifest:
        """A snapshot in this process."""
        folder = self.folder
        with folder.lock(0):
            return snapshot.take(self.database, folder, reason, **options)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`python -m backup WORDS`, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "backup", *words],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`python -m backup WORDS` in a process group of its own, as supervisord starts it."""
        return self.python("-m", "backup", *words)

    def start_fast(self, **limits: float) -> subprocess.Popen[str]:
        """The scheduler, which looks ten times a second here; `limits` are its arguments."""
        arguments = ", ".join(f"{name}={value}" for name, value in {"poll": 0.1, **limits}.items())
        return self.python(
            "-c",
            "from backup.scheduler import Scheduler; from backup.settings import load_settings; "
            f"Scheduler(load_settings(), {arguments}).run()",
        )

    def python(self, *words: str) -> subprocess.Popen[str]:
        """A Python of this project, which is ended with the test."""
        return self.start_program(sys.executable, *words)

    def start_program(self, *words: str) -> subprocess.Popen[str]:
        """Any program, in a process group of its own, which is ended with the test."""
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self.processes.append(process)
        return process

    def die_at(self, step: str) -> int:
        """Take a snapshot in a process that kills itself at `step`; returns its exit code."""
        process = self.python("-c", NAMED, str(self.database), str(self.folder_path), step)
        process.communicate(timeout=PATIENCE)
        return process.returncode

    def status(self) -> dict[str, Any]:
        """What status.json says; empty where there is none yet."""
        try:
            found: dict[str, Any] = json.loads((self.folder_path / "status.json").read_text())
        except FileNotFoundError:
            return {}
        return found

    def snapshot_process(self) -> int | None:
        """Process id of the snapshot that is being taken."""
        last = attempt.read(self.folder_path)
        return last.pid if last and last.verdict == attempt.RUNNING else None

    def files(self, pattern: str = "*") -> list[str]:
        """Names of the files in the backup folder that are neither locks nor records."""
        return sorted(
            path.name
            for path in self.folder_path.glob(pattern)
            if path.name.startswith(("ke_wp_mapping_", ".ke_wp_mapping_"))
        )

    def close(self) -> None:
        """End what is still running."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=PATIENCE)
            assert process.stdout is not None
            process.stdout.close()
