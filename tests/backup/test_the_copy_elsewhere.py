"""One suite for both kinds of place: a folder, and a remote of a real rclone."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backup import offsite
from backup.errors import BackupError
from backup.manifest import Manifest, from_json
from tests.backup.installation import (
    LARGE,
    PATIENCE,
    Installation,
    decide,
    dump,
    make_database,
    wait_until,
)
from tests.backup.privileges import need_rclone


@dataclass(frozen=True)
class There:
    """A place: as the setting names it, and where its files really are."""

    to: str
    path: Path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())

    def manifests(self) -> list[Manifest]:
        found = [from_json(path.read_text()) for path in self.path.glob("*.json")]
        return sorted(found, key=lambda one: one.number)


@pytest.fixture(params=["folder", "rclone"])
def there(request: pytest.FixtureRequest, tmp_path: Path, empty: Installation) -> There:
    path = tmp_path / "elsewhere"
    path.mkdir()
    if request.param == "rclone":
        need_rclone("COPIES TO A REMOTE OF RCLONE")
        (tmp_path / "rclone.conf").write_text(f"[attic]\ntype = alias\nremote = {tmp_path}\n")
        empty.given["RCLONE_CONFIG"] = str(tmp_path / "rclone.conf")
        made = There("attic:elsewhere", path)
    else:
        made = There(str(path), path)
    empty.given["BACKUP_COPY_TO"] = made.to
    return made


def copy_state(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(installation.run("status", "--json").stdout)["copy"]
    return found


def test_it_is_the_snapshot_and_private(there: There, installation: Installation) -> None:
    made = installation.take()
    done = installation.run("copy")
    assert done.returncode == 0, done.stderr
    assert f"{made.file} was copied to {there.to} and compared" in done.stdout
    manifest = made.file.replace(".db", ".json")
    assert there.names() == [made.file, manifest]
    for name in there.names():
        assert (there.path / name).read_bytes() == (installation.folder_path / name).read_bytes()
        assert stat.S_IMODE((there.path / name).stat().st_mode) == 0o600
    told = copy_state(installation)
    assert told["to"] == there.to
    assert told["file"] == told["copied_file"] == made.file
    assert told["verdict"] == "copied"
    assert told["error"] is told["next_try"] is told["running_since"] is None
    assert told["at"] <= told["copied_at"]
    assert f"to {there.to}" in installation.run("status").stdout


def test_twice_is_once(there: There, installation: Installation) -> None:
    installation.take()
    assert installation.run("copy").returncode == 0
    before = {name: (there.path / name).stat().st_mtime_ns for name in there.names()}
    again = installation.run("copy")
    assert "already" in again.stdout
    assert {name: (there.path / name).stat().st_mtime_ns for name in there.names()} == before


def test_a_lost_installation_comes_back_from_it(
    there: There, installation: Installation, tmp_path: Path
) -> None:
    made = installation.take()
    assert installation.run("copy").returncode == 0
    before = dump(installation.database)
    other = Installation(tmp_path / "new box")
    folder = other.folder
    for name in there.names():
        (folder.path / name).write_bytes((there.path / name).read_bytes())
    done = other.run("restore", made.file)
    assert done.returncode == 0, done.stderr
    assert dump(other.database) == before


def test_the_retention_goes_for_copies_and_nothing_else(
    there: There, installation: Installation
) -> None:
    made = [installation.take() for _ in range(3)]
    for age, one in zip((40, 30, 0), made, strict=True):
        old = replace(one, taken_at=one.taken_at - timedelta(days=age))
        put(there, old, installation.folder_path / one.file)
    strangers = ["holiday.jpg", "ke_wp_mapping_of_old.db", "ke_wp_mapping_20200101_000000.db"]
    for name in strangers:
        (there.path / name).write_text("not ours, or without a manifest")
    newest = installation.take()
    done = installation.run("copy", BACKUP_RETENTION_DAYS="1")
    assert done.returncode == 0, done.stderr
    # The newest of each of the last two days that have one, and whatever is not ours.
    kept = [made[1].file, made[2].file, newest.file]
    assert [one.file for one in there.manifests()] == kept
    assert sorted([*there.names()]) == sorted(
        [*kept, *(name.replace(".db", ".json") for name in kept), *strangers]
    )
    assert f"Deleted {made[0].file}" in done.stdout


def put(there: There, manifest: Manifest, snapshot: Path) -> None:
    (there.path / manifest.file).write_bytes(snapshot.read_bytes())
    (there.path / manifest.file).with_suffix(".json").write_text(manifest.to_json())


def test_the_newest_stays_also_after_the_backup_folder_was_lost(
    there: There, installation: Installation
) -> None:
    first = installation.take()
    for number in (500, 501):  # of a folder that counted further than the new one does
        old = replace(
            first,
            file=f"ke_wp_mapping_20200101_000{number}.db",
            number=number,
            taken_at=first.taken_at - timedelta(days=1000 - number),
        )
        put(there, old, installation.folder_path / first.file)
    assert installation.run("copy", BACKUP_RETENTION_DAYS="1").returncode == 0
    assert there.manifests()[-1].file == first.file
    assert there.manifests()[-1].number == 502


def test_what_a_killed_one_left_is_swept(there: There, empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    made = empty.take()
    process = empty.start("copy")
    wait_until("a partial copy", lambda: list(there.path.glob("*.partial*")))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    assert not (there.path / made.file).exists()
    assert copy_state(empty)["error"] == f"Process {process.pid} ended without a word."
    assert empty.run("copy").returncode == 0
    assert there.names() == [made.file, made.file.replace(".db", ".json")]
    assert copy_state(empty)["verdict"] == "copied"


def test_sigterm_leaves_nothing_with_a_final_name(there: There, empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    made = empty.take()
    process = empty.start("copy")
    wait_until("a partial copy", lambda: list(there.path.glob("*.partial*")))
    process.terminate()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM, output
    assert "Traceback" not in output
    assert not (there.path / made.file).exists()
    assert copy_state(empty)["verdict"] == "pending"


def test_other_bytes_never_get_the_name(there: There, installation: Installation) -> None:
    made = installation.take()
    file = installation.folder_path / made.file
    data = bytearray(file.read_bytes())
    data[data.index(b"decision 7 ")] ^= 1
    file.write_bytes(data)
    done = installation.run("copy")
    assert done.returncode == 1
    assert "SHA-256 differs" in done.stderr
    assert there.names() == []


def test_a_place_that_fails_is_told_and_spares_the_snapshots(
    there: There, installation: Installation
) -> None:
    installation.take()
    there.path.rmdir()
    there.path.write_text("a file is in the way")
    scheduler, began = installation.start_fast(), time.monotonic()
    wait_until("a failure", lambda: seen(installation).get("verdict") == "failed")
    told = seen(installation)
    assert told["error"]
    assert told["next_try"] > told["at"]
    assert told["copied_file"] is None
    assert installation.status()["state"] in {"ok", "running"}
    event = decide(installation.database)
    wait_until(
        "a snapshot of the change",
        lambda: installation.status()["last_verified"]["newest_event"] == event,
    )
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    # The first retry is after a minute, for which there is seldom the time.
    assert 1 <= output.count("The copy failed: ") <= 1 + (time.monotonic() - began) // 60


def seen(installation: Installation) -> dict[str, Any]:
    """The copy as status.json has it."""
    return installation.status().get("copy") or {}


def test_the_scheduler_copies_each_snapshot(there: There, installation: Installation) -> None:
    scheduler = installation.start_fast()
    wait_until("the first", lambda: len(there.names()) == 2)
    event = decide(installation.database)
    wait_until(
        "the next",
        lambda: max((one.facts.marks.event for one in there.manifests()), default=0) == event,
    )
    wait_until(
        "its verdict",
        lambda: seen(installation)["file"] == installation.status()["last_verified"]["file"],
    )
    assert seen(installation)["verdict"] == "copied"
    assert installation.status()["state"] == "ok"
    scheduler.terminate()
    scheduler.communicate(timeout=PATIENCE)


def test_a_share_that_is_not_mounted_is_noticed(there: There, installation: Installation) -> None:
    installation.take()
    assert installation.run("copy", "--scheduled").returncode == 0
    for name in there.names():
        (there.path / name).unlink()  # as the folder looks under a share that is gone
    installation.take()
    refused = installation.run("copy", "--scheduled")
    assert refused.returncode == 1
    assert "holds none of the copies made before: see that the share is mounted" in refused.stderr
    assert there.names() == []
    assert installation.run("copy").returncode == 0  # by hand it is meant
    assert len(there.names()) == 2


def test_a_second_installation_in_the_same_place_is_noticed(
    there: There, installation: Installation
) -> None:
    made = installation.take()
    put(there, replace(made, sha256="0" * 64), installation.folder_path / made.file)
    refused = installation.run("copy")
    assert refused.returncode == 1
    assert "Give each one a folder of its own" in refused.stderr


def test_one_at_a_time(there: There, empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    empty.take()
    first = empty.start("copy")
    wait_until("it is under way", lambda: list(there.path.glob("*.partial*")))
    second = empty.start("copy")
    for process in (first, second):
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
    assert "already" in output
    assert len(there.names()) == 2


def test_a_folder_that_is_missing_is_never_made(installation: Installation, tmp_path: Path) -> None:
    installation.take()
    done = installation.run("copy", BACKUP_COPY_TO=str(tmp_path / "not mounted"))
    assert done.returncode == 1
    assert "mount the share, or make the folder" in done.stderr
    assert not (tmp_path / "not mounted").exists()


def test_without_rclone_the_remedy_is_named(installation: Installation, tmp_path: Path) -> None:
    installation.take()
    done = installation.run("copy", BACKUP_COPY_TO="attic:ke-wp", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "but rclone is not installed: apt-get install rclone" in done.stderr


def test_without_a_place_it_says_so(installation: Installation) -> None:
    installation.take()
    done = installation.run("copy")
    assert done.returncode == 78
    assert "BACKUP_COPY_TO is not set" in done.stderr
    assert json.loads(installation.run("status", "--json").stdout)["copy"] is None


def test_a_remote_that_never_answers_is_given_up(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_rclone("A REMOTE THAT NEVER ANSWERS")
    installation.take()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "rclone.conf").write_text(f"[attic]\ntype = webdav\nurl = {url}\n")
        monkeypatch.setenv("RCLONE_CONFIG", str(tmp_path / "rclone.conf"))
        installation.given["BACKUP_COPY_TO"] = "attic:"
        with pytest.raises(BackupError, match="rclone lsf did not end within the 1 s"):
            offsite.run(installation.settings, installation.folder, time_limit=1)
    assert copy_state(installation)["verdict"] == "failed"
