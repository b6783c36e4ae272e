"""The two advisory locks in the backup folder.

`SCHEDULER` is held by `run` for as long as it lives. `SNAPSHOT` is held by whoever touches the
snapshots: a snapshot, `prune`, `verify`, `restore`. The kernel releases a lock when its process
ends, however it ends, so none is ever left behind. The file says who holds it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backup import files
from backup.errors import Busy

SCHEDULER = ".scheduler.lock"
SNAPSHOT = ".snapshot.lock"

_POLL = 0.05


@contextmanager
def hold(
    path: Path, patience: float, on_wait: Callable[[int], None] = lambda _pid: None
) -> Iterator[None]:
    """Hold the lock `path`; waits up to `patience` seconds and then raises `Busy`.

    `on_wait` is told once, with the process id of the holder, when the wait has lasted a second.
    """
    descriptor = files.create(path, os.O_RDWR)
    try:
        began = time.monotonic()
        told = False
        while not _lock(descriptor, fcntl.LOCK_EX):
            waited = time.monotonic() - began
            if waited >= patience:
                raise Busy(
                    f"Process {_written(descriptor)} holds {path.name}; try again when it is done."
                )
            if waited > 1 and not told:
                told = True
                on_wait(_written(descriptor))
            time.sleep(_POLL)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)  # releases the lock


def holder(path: Path) -> int | None:
    """Process id of whoever holds the lock `path` (0: not known); None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        # Shared and for microseconds; whoever wants the lock in earnest tries for longer.
        if _lock(descriptor, fcntl.LOCK_SH):
            return None
        return _written(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else 0
