from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from backup.errors import VerificationFailed
from tests.backup.installation import Installation, connect, decide


def spoil(database: Path) -> None:
    """Change one letter of a row, so that its index no longer agrees."""
    connection = connect(database)
    connection.execute("CREATE INDEX by_note ON mapping_event (note)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(database.read_bytes())
    data[data.index(b"decision 50 ")] ^= 1
    database.write_bytes(data)


def test_a_reference_to_nothing_is_found_and_the_copy_kept_aside(
    installation: Installation,
) -> None:
    good = installation.take()
    connection = connect(installation.database)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (77, 'of nothing')")
    connection.close()
    with pytest.raises(VerificationFailed, match=r"foreign_key_check: row 101 of mapping_event"):
        installation.take()
    assert len(installation.files("*.bad")) == 1
    assert [one.file for one in installation.folder.snapshots()] == [good.file]


def test_a_corrupt_row_is_found_and_the_copy_kept_aside(installation: Installation) -> None:
    good = installation.take()
    spoil(installation.database)
    with pytest.raises(VerificationFailed, match="integrity_check"):
        installation.take()
    assert len(installation.files("*.bad")) == 1
    assert installation.files("*.db") == [good.file]
    assert installation.run("status").returncode == 1
    assert "State         failed" in installation.run("status").stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '0000'", "schema revision 0001 became 0000"),
        ("DELETE FROM mapping_event WHERE id = 100", "newest history event 100 became 99"),
        ("DELETE FROM mapping_event WHERE id = 50", "rows of mapping_event 100 became 99"),
        ("INSERT INTO person (note) VALUES ('x')", "rows of person 0 became 1"),
        ("DROP TABLE person", "lacks the tables person"),
        ("PRAGMA application_id = 1", "is not a database of KE-WP Mapping"),
    ],
)
def test_a_sound_copy_that_differs_from_its_source_is_found(
    change: str, sentence: str, installation: Installation
) -> None:
    good = installation.take()

    def spoil_the_copy(step: str) -> None:
        if step == "verify":
            [partial] = installation.folder_path.glob("*.partial")
            connection = dbapi2.connect(str(partial), isolation_level=None)
            connection.execute(change)
            connection.close()

    with pytest.raises(VerificationFailed, match=sentence):
        installation.take(on_step=spoil_the_copy)
    assert len(installation.files("*.bad")) == 1
    assert [one.file for one in installation.folder.snapshots()] == [good.file]
    assert installation.files("*.db") == [good.file]


def test_at_most_three_are_kept(installation: Installation) -> None:
    connection = connect(installation.database)
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (77, 'of nothing')")
    connection.close()
    for _ in range(5):
        with pytest.raises(VerificationFailed):
            installation.take()
    assert len(installation.files()) == len(installation.files("*.bad")) == 3


def test_a_flipped_bit_in_text_is_found_by_the_sum(installation: Installation) -> None:
    older, newer = installation.take(), installation.take()
    file = installation.folder_path / newer.file
    data = bytearray(file.read_bytes())
    data[data.index(b"decision 7 ")] ^= 1  # SQLite's own checks do not see this
    file.write_bytes(data)
    done = installation.run("verify")
    assert done.returncode == 1
    assert f"{newer.file}: damaged: its bytes have changed" in done.stdout
    assert f"{older.file}: verified" in done.stdout
    newest = installation.folder.newest()
    assert newest is not None
    assert newest.file == older.file
    status = installation.run("status").stdout
    assert "failed" in status
    assert newer.file in status
    refused = installation.run("restore", newer.file)
    assert refused.returncode == 1
    assert "cannot be restored" in refused.stderr


def test_a_database_file_without_a_manifest_does_not_count(installation: Installation) -> None:
    made = installation.take()
    (installation.folder_path / made.file).with_suffix(".json").unlink()
    assert installation.folder.newest() is None
    listed = installation.run("list").stdout.splitlines()
    assert [line.split(maxsplit=1) for line in listed][1] == [
        made.file,
        "has no readable manifest and does not count.",
    ]
    decide(installation.database)
    again = installation.run("now")
    assert again.returncode == 0
    assert made.file in installation.files("*.db")


def test_a_snapshot_with_a_broken_manifest_is_reported(installation: Installation) -> None:
    made = installation.take()
    (installation.folder_path / made.file).with_suffix(".json").write_text('{"format": 1')
    done = installation.run("verify")
    assert done.returncode == 1
    assert f"{made.file}: has no readable manifest" in done.stdout
    assert "1 have none that can be read" in done.stderr
    assert "has no readable manifest and does not count" in installation.run("list").stdout
