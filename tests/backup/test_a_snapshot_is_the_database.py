from __future__ import annotations

import hashlib
import json
import stat
import time

from pysqlite3 import dbapi2

from backup import source
from backup.manifest import Manifest
from tests.backup.installation import PATIENCE, Installation, connect, decide, dump

WRITER = """
import sys
from pathlib import Path
from backup import source
from backup.manifest import Manifest
from tests.backup.installation import connect
connection = connect(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'written')")
"""


def test_what_is_only_in_the_wal_is_in_the_snapshot(installation: Installation) -> None:
    writer = connect(installation.database)
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'only in the wal')")
    assert b"only in the wal" not in installation.database.read_bytes()
    made = installation.take()
    assert made.facts.marks.event == 101
    assert dump(installation.folder_path / made.file) == dump(installation.database)
    writer.close()


def test_the_manifest_describes_it(installation: Installation) -> None:
    done = installation.run("now")
    assert done.returncode == 0, done.stderr
    (made,) = installation.folder.snapshots()
    assert f"Snapshot {made.file} verified (by hand)" in done.stdout
    file = installation.folder_path / made.file
    manifest = json.loads(file.with_suffix(".json").read_text())
    assert manifest["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert manifest["bytes"] == file.stat().st_size
    assert manifest["bytes"] == manifest["page_size"] * manifest["page_count"]
    assert manifest["rows"]["mapping_event"] == manifest["newest_event"] == 100
    assert manifest["application_id"] == "0x4b455750"
    assert (manifest["schema"], manifest["verdict"]) == ("0001", "verified")
    assert manifest["taken_at"].endswith("Z")


def test_files_are_private_and_need_no_wal(installation: Installation) -> None:
    made = installation.take()
    for path in installation.folder_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    connection = dbapi2.connect(str(installation.folder_path / made.file))
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    connection.close()


def test_it_finishes_and_agrees_to_the_row_while_somebody_writes(
    installation: Installation,
) -> None:
    writer = installation.python("-c", WRITER, str(installation.database))
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    # Facts are read before the copy; equal ones prove that both are of one moment.
    made: list[Manifest] = []
    for _ in range(5):
        newest = made[-1].facts.marks.event if made else 0
        wait_for_event_after(newest, installation)
        made.append(installation.take())
    assert writer.poll() is None
    assert all(one.verified for one in made)
    events = [one.facts.marks.event for one in made]
    assert events == sorted(set(events))


def wait_for_event_after(newest: int, installation: Installation) -> None:
    """On a busy machine the writer may not have had its turn between two snapshots."""
    deadline = time.monotonic() + 30
    while source.marks(installation.database, 1).event <= newest:
        assert time.monotonic() < deadline, "the writer does not write"
        time.sleep(0.01)


def test_two_in_one_second_do_not_collide(installation: Installation) -> None:
    first, second = installation.start("now"), installation.start("now")
    for process in (first, second):
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
    made = installation.folder.snapshots()
    assert len({one.file for one in made}) == 2
    assert [one.number for one in made] == [2, 1]


def test_the_source_is_only_read(installation: Installation) -> None:
    decide(installation.database)
    before = installation.database.read_bytes()
    installation.take()
    assert installation.database.read_bytes() == before
