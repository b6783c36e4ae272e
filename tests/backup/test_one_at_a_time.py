"""`now`, the button, `prune`, `verify` and `restore` wait for a snapshot that is being taken."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from backup import locks
from backup.errors import Busy
from tests.backup.installation import LARGE, PATIENCE, Installation, make_database, wait_until


@pytest.fixture
def stopped(empty: Installation) -> Iterator[subprocess.Popen[str]]:
    """A snapshot that stands still in the middle of its copy."""
    make_database(empty.database, events=LARGE)
    process = empty.start("now")
    wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
    process.send_signal(signal.SIGSTOP)
    yield process
    process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("words", [("now",), ("prune",), ("restore", "--dry-run")])
def test_others_wait_for_a_snapshot(
    words: tuple[str, ...], stopped: subprocess.Popen[str], empty: Installation
) -> None:
    waiting = empty.start(*words)
    assert waiting.stdout is not None
    assert f"Process {stopped.pid} is at work on the snapshots" in waiting.stdout.readline()
    assert waiting.poll() is None
    stopped.send_signal(signal.SIGCONT)
    output, _ = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 0, output
    assert stopped.wait(timeout=PATIENCE) == 0


def test_the_lock_of_a_dead_process_is_taken_over(
    stopped: subprocess.Popen[str], empty: Installation
) -> None:
    lock = empty.folder_path / locks.SNAPSHOT
    assert locks.holder(lock) == stopped.pid
    os.kill(stopped.pid, signal.SIGKILL)
    stopped.wait(timeout=PATIENCE)
    assert lock.read_text() == f"{stopped.pid}\n"
    assert locks.holder(lock) is None
    done = empty.run("now")
    assert done.returncode == 0, done.stderr
    assert "waiting" not in done.stdout


def test_who_waits_too_long_is_told_who_is_in_the_way(
    stopped: subprocess.Popen[str], empty: Installation
) -> None:
    with (
        pytest.raises(Busy, match=f"Process {stopped.pid} holds") as raised,
        empty.folder.lock(0.2),
    ):
        raise AssertionError("the lock was given to two")
    assert raised.value.exit_code == 75
