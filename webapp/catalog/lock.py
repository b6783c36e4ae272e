"""One import at a time: an advisory lock on a file beside the database.

The kernel lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ImportRefused(RuntimeError):
    """An import that must not start or must not go on; its text is one sentence."""


@contextmanager
def only_import(database_path: Path) -> Iterator[None]:
    """Hold the import lock of a database; raises `ImportRefused` while another process has it."""
    path = database_path.with_name(f"{database_path.name}.import.lock")
    with _only(path, "Another catalog import is running"):
        yield


@contextmanager
def only_update(downloads: Path) -> Iterator[None]:
    """Hold the folder of downloads, as two updates would write into one file; raises as above."""
    downloads.mkdir(parents=True, exist_ok=True)
    with _only(downloads / ".lock", "Another catalog update is running"):
        yield


@contextmanager
def _only(path: Path, what: str) -> Iterator[None]:
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise ImportRefused(
                what
                + (f" (process {holder})" if holder else "")
                + "; wait until it has ended, then try again."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
