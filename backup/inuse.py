"""Which other processes have the database open."""

from __future__ import annotations

import os
from pathlib import Path


def processes_using(database: Path) -> dict[int, str]:
    """Process ids and command lines of whoever else has the file, its WAL or its index open.

    Read from /proc, so those of other users are seen by root alone; `restore` therefore also asks
    SQLite for an exclusive lock.
    """
    name = str(database.resolve())
    wanted = {name, f"{name}-wal", f"{name}-shm"}
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and _opens(entry, wanted):
            found[int(entry.name)] = _command(entry)
    return found


def _opens(process: Path, wanted: set[str]) -> bool:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:
        return False  # it has ended, or belongs to somebody else
    return any(_target(one) in wanted for one in descriptors)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed meanwhile


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return b" ".join(words).decode(errors="replace").strip()[:60]
