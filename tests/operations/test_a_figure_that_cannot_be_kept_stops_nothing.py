"""The counters' folder may go away under a worker: what it answers is answered all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from webapp.operations import slots

WORKER = """
import os, shutil, sys
from pathlib import Path
from webapp.operations.metrics import Metrics

folder, trouble = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]), sys.argv[1]
metrics = Metrics()  # as the master has them, which answers nobody
shutil.rmtree(folder)
if trouble == "blocked":
    folder.touch()
child = os.fork()  # a worker that is renewed now
if child == 0:
    for route in ("/", "/review"):
        metrics.answered("POST", route, 303, 0.01)
        metrics.suggested("go_bp", "fused", 0.01)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def worker(folder: Path, trouble: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WORKER, trouble],
        env={**os.environ, slots.FOLDER: str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_folder_that_was_emptied_is_made_again(tmp_path: Path) -> None:
    done = worker(tmp_path / "metrics", "gone")

    assert (done.returncode, done.stderr) == (0, "")
    assert b"/review" in (tmp_path / "metrics" / "counter_0.db").read_bytes()


def test_where_nothing_can_be_kept_it_is_told_once(tmp_path: Path) -> None:
    done = worker(tmp_path / "metrics", "blocked")

    assert done.returncode == 0
    assert done.stderr.count("/metrics does not count everything: ") == 1
