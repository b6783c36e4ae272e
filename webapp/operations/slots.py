"""A small number for each process of the web server, so that its counters go on in one file.

Workers are renewed every few hundred requests. Files named after process ids would grow in number
for as long as the site runs; a number that is free again is taken by the next worker, which counts
on where the last one stopped.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder of the counters; set by gunicorn.conf.py."""

_lock: int | None = None
_slot: int | None = None


def mine() -> int:
    """The number of this process, from 0: the lowest that no living process has."""
    global _lock, _slot
    if _slot is None:
        _lock, _slot = _claim(Path(os.environ[FOLDER]))
    return _slot


def _claim(folder: Path) -> tuple[int, int]:
    # A new start empties the folder while orphans of a killed one may still fork a worker.
    folder.mkdir(parents=True, exist_ok=True)
    for slot in count():
        descriptor = os.open(folder / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # The kernel releases it when the process ends, however it ends.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return descriptor, slot
    raise AssertionError("count() never ends")


def _after_fork() -> None:
    """A child takes a number of its own; its copy of the parent's lock is closed."""
    global _lock, _slot
    if _lock is not None:
        os.close(_lock)
    _lock = _slot = None


os.register_at_fork(after_in_child=_after_fork)
