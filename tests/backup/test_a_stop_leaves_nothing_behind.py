"""SIGTERM in the middle of a copy or a check, which are long calls into SQLite."""

from __future__ import annotations

import re
import signal
import time

import pytest

from backup import attempt, locks
from backup.settings import ROOT
from tests.backup.installation import LARGE, PATIENCE, Installation, make_database, wait_until

STOPWAITSECS = {
    name: int(seconds)
    for name, seconds in re.findall(
        r"^\[program:(backup|backup-now)\]$.*?^stopwaitsecs=(\d+)$",
        (ROOT / "supervisord.conf").read_text(),
        re.MULTILINE | re.DOTALL,
    )
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("step", ["copy", "verify"])
def test_a_snapshot_by_hand(step: str, number: signal.Signals, empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    process = empty.start("now")
    wait_until(f"the step {step}", lambda: at_step(empty, step))
    began = time.monotonic()
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < STOPWAITSECS["backup-now"]
    assert process.returncode == 128 + number, output
    assert empty.files() == []
    assert "Traceback" not in output
    assert locks.holder(empty.folder_path / locks.SNAPSHOT) is None
    last = attempt.read(empty.folder_path)
    assert last is not None
    assert last.error == f"The snapshot was stopped at the step {step}."
    assert empty.run("now").returncode == 0


def at_step(installation: Installation, step: str) -> bool:
    last = attempt.read(installation.folder_path)
    copied = list(installation.folder_path.glob("*.partial"))
    return last is not None and last.step == step and bool(copied)


@pytest.mark.parametrize("step", ["copy", "verify"])
def test_the_scheduler_ends_its_snapshot_with_itself(step: str, empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    scheduler = empty.start("run")
    wait_until(f"the step {step}", lambda: at_step(empty, step))
    child = empty.snapshot_process()
    began = time.monotonic()
    scheduler.send_signal(signal.SIGTERM)  # to it alone; supervisord sends it to all
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < STOPWAITSECS["backup"]
    assert scheduler.returncode == 0, output
    assert empty.files() == []
    assert empty.snapshot_process() is None, f"process {child} is still said to run"
    assert "Traceback" not in output
