from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from backup import status, verify
from backup.sqlite import TimeLimit
from tests.backup.installation import LARGE, PATIENCE, Installation, make_database, wait_until


def no_invalid_snapshot(installation: Installation) -> None:
    """Every file with a final name has a manifest and is what that says."""
    folder = installation.folder
    assert folder.strangers() == []
    for one in folder.snapshots():
        assert verify.full_check(folder.path / one.file, one, TimeLimit(10)) is None


@pytest.mark.parametrize("step", ["open", "copy", "verify", "describe", "publish"])
def test_killed_at(step: str, installation: Installation) -> None:
    good = installation.take()
    assert installation.die_at(step) == -signal.SIGKILL
    no_invalid_snapshot(installation)
    assert installation.files("*.db") == [good.file]
    found = status.now(installation.settings, installation.folder)
    assert found["state"] == "failed"
    assert f"ended without a word at the step {step}" in found["reason"]

    done = installation.run("now")
    assert done.returncode == 0, done.stderr
    no_invalid_snapshot(installation)
    assert len(installation.files()) == 4
    assert status.now(installation.settings, installation.folder)["state"] == "ok"


def test_killed_before_any_call_that_changes_the_folder(installation: Installation) -> None:
    good = installation.take()
    kept, kills = [good.file], 0
    while watched(installation, "kill", str(kills)).wait(timeout=PATIENCE) == -signal.SIGKILL:
        kills += 1
        no_invalid_snapshot(installation)
        found = [one.file for one in installation.folder.snapshots()]
        assert found[-len(kept) :] == kept, "one that was there is gone"
        kept = found
    # The last one was not killed; of the others only those whose rename was done have a snapshot.
    kept = [one.file for one in installation.folder.snapshots()]
    assert kills > 25
    assert 2 < len(kept) < kills / 2
    assert installation.files("*.partial*") == []
    no_invalid_snapshot(installation)


def watched(installation: Installation, *words: str) -> subprocess.Popen[str]:
    what, *number = words
    paths = (str(installation.database), str(installation.folder_path))
    return installation.python("-m", "tests.backup.calls", what, *paths, *number)


def test_what_has_a_name_is_on_the_disk(installation: Installation) -> None:
    output, _ = watched(installation, "record").communicate(timeout=PATIENCE)
    calls = [tuple(call) for call in json.loads(output)]
    [made] = installation.folder.snapshots()
    stem = made.file.removesuffix(".db")
    partial, manifest = f"{stem}.partial", f"{stem}.json"
    in_order = [
        ("create", partial),
        ("fsync", partial),
        ("fsync", f".{manifest}.tmp"),
        ("rename", f".{manifest}.tmp", manifest),
        ("fsync", "."),
        ("fsync", partial),
        ("rename", partial, made.file),
        ("fsync", "."),
    ]
    rest = iter(calls)
    for wanted in in_order:
        assert wanted in rest, f"{wanted} is missing or too late in {calls}"


def test_the_real_command_killed_while_the_copy_is_on_its_way(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    process = empty.start("now")
    wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    no_invalid_snapshot(empty)
    assert empty.files("*.db") == []
    assert empty.run("now").returncode == 0
    assert empty.files("*.partial*") == []
    no_invalid_snapshot(empty)


def test_left_overs_are_swept_when_the_scheduler_starts(installation: Installation) -> None:
    assert installation.die_at("publish") == -signal.SIGKILL
    left = installation.files()
    assert [name.rsplit(".", 1)[1] for name in left] == ["json", "partial"]
    scheduler = installation.start("run")
    wait_until("a snapshot", lambda: installation.folder.newest())
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    for name in left:
        assert f"Removed {name}" in output
    assert installation.files("*.partial") == []
