"""On a small tmpfs in a mount namespace of its own, so that nobody else's disk fills."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from backup.settings import ROOT
from tests.backup.installation import PATIENCE, Installation, decide, make_database, wait_until
from tests.backup.privileges import IN_A_NAMESPACE, need_namespaces
from webapp.operations import health

SCHEDULER = (
    "from backup.scheduler import Scheduler; from backup.settings import load_settings; "
    "Scheduler(load_settings(), poll=0.1, first_retry=0.5).run()"
)

SCENARIO = """
import json, os, sys
from pathlib import Path
from backup import snapshot, status
from backup.errors import BackupError
from backup.folder import Folder
from backup.settings import load_settings
settings = load_settings()
folder = Folder(settings.folder)
folder.make()
filler = folder.path / "filler"
def fill(keep=0):
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536)); file.flush()
        except OSError:
            pass
        os.ftruncate(file.fileno(), max(0, file.tell() - keep))
def take(**options):
    try:
        with folder.lock(0):
            return snapshot.take(settings.database, folder, "test", **options).file
    except BackupError as error:
        return str(error)
def state():
    return status.now(settings, folder)["state"]
def left():
    return sorted(p.name for p in folder.path.iterdir() if "ke_wp" in p.name)
found = {"first": take(), "state": state()}
if sys.argv[1] == "before":
    fill(keep=1 << 20)
    found["second"] = take()
else:
    found["second"] = take(on_step=lambda step: step == "copy" and fill(keep=1 << 20))
found["state while full"] = state()
found["left"] = left()
filler.unlink()
found["third"] = take()
found["state at the end"] = state()
print(json.dumps(found))
"""


def small_disk(installation: Installation, program: str, *words: str) -> list[str]:
    """The words that run a Python program which sees the backup folder on a disk of 96 MB."""
    need_namespaces("A FULL DISK")
    mount = f'mount -t tmpfs -o size=96m none "{installation.folder_path}" && exec "$@"'
    return [*IN_A_NAMESPACE, "sh", "-c", mount, "sh", sys.executable, "-c", program, *words]


def on_a_small_disk(installation: Installation, *words: str) -> dict[str, Any]:
    installation.folder.make()
    done = subprocess.run(
        small_disk(installation, SCENARIO, *words),
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("when", "sentence"),
    [("before", "MB are needed; make room"), ("midway", "database or disk is full")],
)
def test_it_is_reported_and_heals(empty: Installation, when: str, sentence: str) -> None:
    make_database(empty.database, events=20_000)
    found = on_a_small_disk(empty, when)
    assert found["first"].endswith(".db")
    assert found["state"] == "ok"
    assert sentence in found["second"]
    assert found["state while full"] == "failed"
    assert found["left"] == [found["first"], found["first"].replace(".db", ".json")]
    assert found["third"].endswith(".db")
    assert found["state at the end"] == "ok"


def test_health_tells_of_it_and_the_scheduler_recovers_by_itself(empty: Installation) -> None:
    make_database(empty.database, events=20_000)
    empty.folder.make()
    scheduler = empty.start_program(*small_disk(empty, SCHEDULER))
    # The disk is seen by the scheduler alone; so we look at it with its eyes.
    seen = Path(f"/proc/{scheduler.pid}/root{empty.folder_path}")
    status = seen / "status.json"
    wait_until("a snapshot", lambda: health.backup(status).status == "ok")
    before = sorted(path.name for path in seen.glob("ke_wp_mapping_*"))

    fill(seen / "filler")
    event = decide(empty.database)
    wait_until("the alarm", lambda: health.backup(status).status == "degraded")
    told = health.backup(status).detail
    assert "Backups: failed" in told
    assert "make room" in told or "No space left" in told
    assert sorted(path.name for path in seen.glob("ke_wp_mapping_*")) == before

    (seen / "filler").unlink()
    wait_until("it is well again", lambda: newest_event(status) == event)
    wait_until("it says so", lambda: health.backup(status).status == "ok")
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert scheduler.returncode == 0, output


def fill(path: Path) -> None:
    """Write until nothing more can be written at all."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))


def newest_event(status: Path) -> int:
    return int(json.loads(status.read_text())["last_verified"]["newest_event"])
