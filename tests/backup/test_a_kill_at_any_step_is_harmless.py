from __future__ import annotations

import os
import signal

import pytest

from backup import status, verify
from backup.sqlite import TimeLimit
from tests.backup.installation import Installation, make_database, wait_until


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


def test_the_real_command_killed_while_the_copy_is_on_its_way(empty: Installation) -> None:
    make_database(empty.database, events=200_000)
    process = empty.start("now")
    wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
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
    output, _ = scheduler.communicate(timeout=10)
    for name in left:
        assert f"Removed {name}" in output
    assert installation.files("*.partial") == []
