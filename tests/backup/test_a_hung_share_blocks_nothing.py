"""A share whose server stops answering: every call on it hangs, as on a network file system."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil

from tests.backup.installation import PATIENCE, Installation, decide, wait_until
from tests.backup.privileges import IN_A_NAMESPACE, need_rclone_mount, rclone_mount

SCHEDULER = (
    "from backup.scheduler import Scheduler; from backup.settings import load_settings; "
    "Scheduler(load_settings(), poll=0.1, errand_limit=4).run()"
)


def test_snapshots_go_on_and_copies_resume(installation: Installation, tmp_path: Path) -> None:
    need_rclone_mount("A SHARE THAT HANGS")
    origin, point = tmp_path / "server", tmp_path / "share"
    origin.mkdir()
    point.mkdir()
    installation.given["BACKUP_COPY_TO"] = str(point)
    shell = f'{rclone_mount(origin, point)}; exec "{sys.executable}" -c "{SCHEDULER}"'
    scheduler = installation.start_program(*IN_A_NAMESPACE, "sh", "-c", shell)
    try:
        wait_until("a first copy", lambda: copy_state(installation).get("verdict") == "copied")
        children = psutil.Process(scheduler.pid).children()
        [server] = [one for one in children if one.name() == "rclone"]
        server.suspend()
        wait_until("it hangs", lambda: server.status() == psutil.STATUS_STOPPED)
        for _ in range(2):
            decided_and_saved(installation)
        wait_until("a copy is tried", lambda: copy_state(installation)["running_since"])
        assert installation.run("status").returncode == 0
        assert installation.run("now").returncode == 0
        wait_until("it is given up", lambda: copy_state(installation)["verdict"] == "failed")
        assert installation.status()["state"] in {"ok", "running"}
        scheduler.send_signal(signal.SIGTERM)
        output, _ = scheduler.communicate(timeout=PATIENCE)
        assert scheduler.returncode == 0, output
    finally:
        os.killpg(scheduler.pid, signal.SIGKILL)  # the server is of its group
    # What could not be copied goes the next time.
    missing = installation.folder.newest()
    assert missing is not None
    assert not (origin / missing.file).exists()
    assert installation.run("copy", BACKUP_COPY_TO=str(origin)).returncode == 0
    assert (origin / missing.file).exists()


def decided_and_saved(installation: Installation) -> None:
    event = decide(installation.database)
    wait_until("a snapshot", lambda: newest_event(installation) == event)


def copy_state(installation: Installation) -> dict[str, Any]:
    return installation.status().get("copy") or {}


def newest_event(installation: Installation) -> int:
    return int(installation.status()["last_verified"]["newest_event"])
