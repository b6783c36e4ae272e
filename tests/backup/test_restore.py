from __future__ import annotations

import stat
from pathlib import Path

import pytest

from backup import inuse, restore
from backup.errors import Busy
from backup.manifest import SAFETY_COPY
from tests.backup.installation import PATIENCE, Installation, connect, decide, dump, wait_until

IDLE = """
import sys
from pathlib import Path
from tests.backup.installation import connect
connection = connect(Path(sys.argv[1]))
count = lambda: connection.execute("SELECT count(*) FROM mapping_event").fetchone()[0]
print(count(), flush=True)
for line in sys.stdin:
    if line.strip() == "write":
        connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'after')")
    print(count(), flush=True)
"""


class User:
    """Another process that has the database open, as a worker of the application has."""

    def __init__(self, installation: Installation) -> None:
        import subprocess
        import sys

        self.process = subprocess.Popen(
            [sys.executable, "-c", IDLE, str(installation.database)],
            env=installation.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seen = self.answer()

    def ask(self, word: str = "count") -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=PATIENCE)


def test_it_brings_back_an_identical_database(installation: Installation) -> None:
    made = installation.take()
    before = dump(installation.database)
    decide(installation.database, 7)
    after = dump(installation.database)
    assert before != after

    done = installation.run("restore", made.file)
    assert done.returncode == 0, done.stderr
    assert dump(installation.database) == before
    assert "newest history event 107 became 100" in done.stdout
    assert "7 history events since then remain only in the safety copy" in done.stdout
    assert stat.S_IMODE(installation.database.stat().st_mode) == 0o600
    assert [path.name for path in installation.database.parent.iterdir()] == [
        installation.database.name
    ]

    safety = installation.folder.snapshots()[0]
    assert safety.reason == SAFETY_COPY
    assert f"kept as {safety.file}" in done.stdout
    assert installation.run("restore", safety.file).returncode == 0
    assert dump(installation.database) == after


def test_changes_that_are_only_in_the_wal_reach_the_safety_copy(
    installation: Installation,
) -> None:
    made = installation.take()
    # A process that was killed leaves its WAL behind.
    code = (
        "import os, sys; from pathlib import Path; from tests.backup.installation import connect\n"
        "c = connect(Path(sys.argv[1])); c.execute('PRAGMA wal_autocheckpoint=0')\n"
        "c.execute(\"INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'in the wal')\")\n"
        "os.kill(os.getpid(), 9)"
    )
    installation.python("-c", code, str(installation.database)).wait(timeout=PATIENCE)
    wal = Path(f"{installation.database}-wal")
    assert wal.stat().st_size > 0
    assert installation.run("restore", made.file).returncode == 0
    assert not wal.exists()
    assert installation.folder.snapshots()[0].facts.marks.event == 101
    connection = connect(installation.database)
    assert connection.execute("SELECT max(id) FROM mapping_event").fetchone()[0] == 100
    connection.close()


def test_a_dry_run_changes_nothing(installation: Installation) -> None:
    installation.take()
    decide(installation.database)
    before = dump(installation.database)
    done = installation.run("restore", "--dry-run")
    assert done.returncode == 0
    assert "rows of mapping_event 101 became 100" in done.stdout
    assert done.stdout.endswith("Nothing was changed.\n")
    assert dump(installation.database) == before
    assert len(installation.folder.snapshots()) == 1


def test_it_refuses_while_the_database_is_in_use(installation: Installation) -> None:
    installation.take()
    decide(installation.database)
    before = dump(installation.database)
    user = User(installation)
    done = installation.run("restore")
    assert done.returncode == 75
    assert f"in use by process {user.process.pid} (" in done.stderr
    assert "supervisorctl stop web" in done.stderr
    user.close()
    assert dump(installation.database) == before


def test_an_idle_connection_is_noticed_by_its_lock_alone(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it is with a process of another user or of another container.
    monkeypatch.setattr(restore, "processes_using", lambda _database: {})
    installation.take()
    user = User(installation)
    folder = installation.folder
    plan = restore.plan(installation.database, folder, None)
    with folder.lock(0), pytest.raises(Busy, match="is in use: stop the application"):
        restore.carry_out(installation.database, folder, plan, force=False)
    user.close()
    assert list(installation.database.parent.glob(".*")) == []


def test_force_shows_it_to_running_programs_and_loses_nothing_they_write(
    installation: Installation,
) -> None:
    made = installation.take()
    before = dump(installation.database)
    decide(installation.database, 20)
    user = User(installation)
    assert user.seen == 120
    done = installation.run("restore", made.file, "--force")
    assert done.returncode == 0, done.stderr
    assert dump(installation.database) == before
    assert user.ask() == 100
    assert user.ask("write") == 101
    user.close()
    assert len(dump(installation.database)) == len(before) + 1
    assert installation.folder.snapshots()[0].facts.marks.event == 120


def test_a_damaged_database_is_replaced_and_its_bytes_kept(installation: Installation) -> None:
    made = installation.take()
    before = dump(installation.database)
    installation.database.write_bytes(b"no longer a database" * 1000)
    spoiled = installation.database.read_bytes()
    done = installation.run("restore", made.file)
    assert done.returncode == 0, done.stderr
    assert "It replaces what cannot be read" in done.stdout
    assert dump(installation.database) == before
    (kept,) = installation.files("*.before-restore")
    assert (installation.folder_path / kept).read_bytes() == spoiled
    assert kept in done.stdout
    installation.run("prune")
    assert installation.files("*.before-restore") == [kept]


def test_a_lost_database_comes_back(installation: Installation) -> None:
    installation.take()
    before = dump(installation.database)
    for path in installation.database.parent.iterdir():
        path.unlink()
    done = installation.run("restore")
    assert done.returncode == 0, done.stderr
    assert "There was no database before" in done.stdout
    assert dump(installation.database) == before


def test_what_is_not_there_is_named(installation: Installation, tmp_path: Path) -> None:
    assert "There is no verified snapshot" in installation.run("restore").stderr
    assert not installation.folder_path.exists(), "a mistyped folder is not made"
    installation.take()
    assert "There is no snapshot ke.db" in installation.run("restore", "ke.db").stderr
    elsewhere = installation.run("restore", str(tmp_path / "ke.db"))
    assert elsewhere.returncode == 1
    assert "is not in the backup folder" in elsewhere.stderr


def test_the_scheduler_may_run_on_and_takes_a_snapshot_of_it(installation: Installation) -> None:
    made = installation.take()
    decide(installation.database, 3)
    scheduler = installation.start_fast()
    wait_until("both saved", lambda: len(installation.folder.snapshots()) == 2)
    for _ in range(3):
        done = installation.run("restore", made.file)
        assert done.returncode == 0, done.stderr

    def saved() -> bool:
        newest = installation.folder.newest()
        return newest is not None and newest.facts.marks == made.facts.marks

    wait_until("the restored state in a snapshot", saved)
    scheduler.terminate()
    scheduler.communicate(timeout=PATIENCE)


def test_processes_that_use_the_database_are_found(installation: Installation) -> None:
    assert inuse.processes_using(installation.database) == {}
    user = User(installation)
    assert list(inuse.processes_using(installation.database)) == [user.process.pid]
    user.close()
    assert inuse.processes_using(installation.database) == {}
