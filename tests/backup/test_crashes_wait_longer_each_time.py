"""A scheduler whose every run crashes must not keep the machine busy."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from backup import attempt, status
from backup.scheduler import Scheduler
from tests.backup.installation import LARGE, PATIENCE, Installation, make_database, wait_until


def test_of_snapshots_that_are_killed(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    empty.given["BACKUP_MIN_INTERVAL"] = "2s"  # as far as the waits may grow
    scheduler = empty.start_fast(first_retry=0.4)
    starts: list[datetime] = []
    while len(starts) < 5:
        child = wait_until("a snapshot", empty.snapshot_process)
        assert child
        last = attempt.read(empty.folder_path)
        assert last is not None
        starts.append(last.started_at)
        os.kill(child, signal.SIGKILL)
        wait_until("it is over", lambda: empty.snapshot_process() is None)
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    waits = [line.rpartition("Next try in ")[2] for line in output.splitlines() if "Next" in line]
    assert waits[:4] == ["0:00:00.400000.", "0:00:00.800000.", "0:00:01.600000.", "0:00:02."]
    promised = [0.4, 0.8, 1.6, 2.0]
    for wait, (earlier, later) in zip(promised, pairwise(starts), strict=True):
        assert later - earlier >= timedelta(seconds=wait)
    assert empty.files("*.db") == []


def test_of_snapshots_that_fail_at_once(installation: Installation) -> None:
    in_the_way = installation.folder.path / "last_attempt.json"
    in_the_way.mkdir()  # no attempt can be recorded, so none is known to have failed
    scheduler = installation.start_fast(first_retry=1)
    assert seen_again(scheduler, "The snapshot failed") <= 4


def seen_again(scheduler: subprocess.Popen[str], text: str) -> int:
    """How often the text is seen in the three seconds after the first time: thirty looks."""
    assert scheduler.stdout is not None
    while text not in scheduler.stdout.readline():
        assert scheduler.poll() is None
    time.sleep(3)
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    return output.count(text)


def test_of_the_scheduler_itself(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []

    def a_mistake(*_arguments: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            monkeypatch.undo()
            raise SystemExit(0)

    monkeypatch.setattr(status, "situation", a_mistake)
    monkeypatch.setattr(time, "sleep", pause)
    with pytest.raises(SystemExit):
        Scheduler(installation.settings).run()
    assert pauses == [15, 30, 60, 60, 60]
    shown = capfd.readouterr()
    assert shown.out.count("The scheduler could not do its work: a mistake of ours.") == 5
    assert "ZeroDivisionError" in shown.err


def test_of_an_errand_that_leaves_no_record(installation: Installation) -> None:
    installation.take()
    installation.given["BACKUP_COPY_TO"] = str(installation.root / "elsewhere")
    (installation.root / "elsewhere").mkdir()
    (installation.folder_path / "last_copy.json").mkdir()  # it cannot be written
    assert seen_again(installation.start_fast(), "Nothing more could be done") == 0
