from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from backup.errors import SourceMissing, SourceUnusable
from tests.backup.installation import LARGE, PATIENCE, Installation, connect, make_database

LOCKER = """
import sys
from pysqlite3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode=EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
connection.execute("INSERT INTO mapping (note) VALUES ('locked')")
print("locked", flush=True)
sys.stdin.read()
import time; time.sleep(60)
"""


def test_a_missing_one_is_not_made(empty: Installation) -> None:
    done = empty.run("now")
    assert done.returncode == 1
    assert f"There is no database {empty.database}" in done.stderr
    assert list(empty.database.parent.iterdir()) == []
    assert empty.files() == []


@pytest.mark.parametrize("kind", ["no bytes", "no tables"])
def test_an_empty_one_counts_as_missing(empty: Installation, kind: str) -> None:
    empty.database.touch()
    if kind == "no tables":
        connect(empty.database).close()
    with pytest.raises(SourceMissing, match="no tables"):
        empty.take()
    assert empty.files() == []


def test_a_foreign_one_is_named(empty: Installation) -> None:
    connection = dbapi2.connect(str(empty.database))
    connection.execute("CREATE TABLE holiday_photos (id INTEGER)")
    connection.close()
    with pytest.raises(SourceUnusable, match="not a database of KE-WP Mapping"):
        empty.take()
    assert empty.files() == []


def test_one_that_lacks_tables_is_refused(installation: Installation) -> None:
    connection = connect(installation.database)
    connection.execute("DROP TABLE person")
    connection.close()
    with pytest.raises(SourceUnusable, match="lacks the tables person"):
        installation.take()


def test_something_else_entirely(empty: Installation) -> None:
    empty.database.write_bytes(b"a letter to a friend\n" * 500)
    with pytest.raises(SourceUnusable, match="cannot be read: file is not a database"):
        empty.take()


def test_a_locked_one_is_given_up_in_time(installation: Installation) -> None:
    process = installation.python("-c", LOCKER, str(installation.database))
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    began = time.monotonic()
    with pytest.raises(SourceUnusable, match="is locked by another program"):
        installation.take(locked_limit=0.5)
    assert time.monotonic() - began < 5
    assert installation.files() == []


def test_a_copy_that_takes_too_long_is_given_up(installation: Installation) -> None:
    from backup import sqlite

    with pytest.raises(sqlite.TooLong, match="took longer than 0 s"):
        installation.take(time_limit=0)
    assert installation.files() == []


HANGING = """
from backup import __main__, snapshot
snapshot.TIME_LIMIT, __main__.AFTERWARDS = 0, 0.01
__main__.main(["now"])
"""


def test_one_call_that_does_not_come_back_is_ended_by_the_kernel(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)  # takes longer than the limit here
    process = empty.python("-c", HANGING)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGALRM, output
    assert empty.files("*.db") == []
    assert empty.run("now").returncode == 0
    assert len(empty.files()) == 2


def test_a_folder_that_cannot_be_written_to_is_one_sentence(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    done = installation.run("now", BACKUP_DIR=str(tmp_path / "file" / "backups"))
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr
    assert done.stderr.count("\n") == 1
