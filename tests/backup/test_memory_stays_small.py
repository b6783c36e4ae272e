"""No process of the backups may take more than 40 MB: they run for ever, also on small boxes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.backup.installation import LARGE, PATIENCE, Installation, make_database, wait_until

LIMIT = 40_000
"""kB."""


@pytest.fixture
def large(empty: Installation) -> Installation:
    """An installation whose database is larger than the limit."""
    make_database(empty.database, events=LARGE)
    assert empty.database.stat().st_size > LIMIT * 1000
    return empty


def peak(pid: int) -> int:
    """Most memory that a process has had, in kB; what is shared with others counts in full."""
    return peak_in(Path(f"/proc/{pid}/status").read_text())


def peak_in(status: str) -> int:
    """Most memory, in kB, by the text of /proc/PID/status."""
    return int(status.split("VmHWM:")[1].split()[0])


AND_TELL = """
import sys
from pathlib import Path
from backup.__main__ import main
code = main(sys.argv[1:])
print(Path("/proc/self/status").read_text())
sys.exit(code)
"""


def test_the_scheduler(large: Installation) -> None:
    scheduler = large.start("run")
    wait_until("ok", lambda: large.status().get("state") == "ok")
    for _ in range(3):  # looks, snapshots by others, a check of the bytes
        assert large.run("now").returncode == 0
    wait_until("it saw them", lambda: large.status()["snapshots"] == 4)
    assert 10_000 < peak(scheduler.pid) < LIMIT
    scheduler.terminate()
    scheduler.communicate(timeout=PATIENCE)


def test_a_snapshot_that_the_scheduler_takes(large: Installation) -> None:
    scheduler = large.start("run")
    child = wait_until("the snapshot", large.snapshot_process)
    assert child
    most = 0
    while large.folder.newest() is None:
        try:
            most = max(most, peak(child))
        except (FileNotFoundError, IndexError):
            break
    assert 10_000 < most < LIMIT
    scheduler.send_signal(signal.SIGTERM)
    scheduler.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("words", [("now",), ("verify",), ("prune",), ("copy",), ("restore",)])
def test_a_command(words: tuple[str, ...], large: Installation, tmp_path: Path) -> None:
    large.given["BACKUP_COPY_TO"] = str(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    large.take()
    process = large.python("-c", AND_TELL, *words)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    assert 10_000 < peak_in(output) < LIMIT


def test_the_drill_apart_from_the_application(large: Installation) -> None:
    large.take()
    process = large.start("drill")
    most = 0
    while process.poll() is None:
        try:
            most = max(most, peak(process.pid))
        except (FileNotFoundError, IndexError):
            break
    assert 10_000 < most < LIMIT
