"""Take snapshots in processes whose every call that changes the backup folder is seen.

python -m tests.backup.calls record DATABASE FOLDER       prints the calls, a JSON list
python -m tests.backup.calls kill DATABASE FOLDER NUMBER  dies just before that call
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from backup import snapshot
from backup.folder import Folder

CHANGES = {"os.rename": 2, "os.remove": 1, "os.truncate": 1}
"""Audit events of Python (docs.python.org/3/library/audit_events.html), and their paths' number."""


class Watch:
    """Sees renames, deletions and openings by audit events, and fsync, which has none, itself."""

    def __init__(self, folder: Path, fatal: int | None) -> None:
        self.calls: list[list[str]] = []
        self._folder = str(folder)
        self._fatal = fatal
        self._on = False
        self._fsync = os.fsync

    def start(self) -> None:
        """From here on."""
        os.fsync = self._sync  # type: ignore[assignment] # we give it numbers only
        sys.addaudithook(self._audit)
        self._on = True

    def stop(self) -> None:
        """Up to here."""
        self._on = False

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT:
            self._seen("create", str(arguments[0]))
        elif event in CHANGES:
            paths = [str(path) for path in arguments[: CHANGES[event]]]
            self._seen(event.removeprefix("os."), *paths)

    def _sync(self, descriptor: int) -> None:
        self._seen("fsync", os.readlink(f"/proc/self/fd/{descriptor}"))
        self._fsync(descriptor)

    def _seen(self, what: str, *paths: str) -> None:
        if not paths[0].startswith(self._folder):
            return
        if self._fatal == len(self.calls):
            os.kill(os.getpid(), signal.SIGKILL)
        self.calls.append([what, *(os.path.relpath(path, self._folder) for path in paths)])


def main(what: str, database: str, folder: str, number: str = "") -> None:
    """Take one snapshot under watch."""
    place = Folder(Path(folder))
    place.make()
    watch = Watch(place.path, int(number) if what == "kill" else None)
    with place.lock(10):
        watch.start()
        snapshot.take(Path(database), place, "test")
        watch.stop()
    print(json.dumps(watch.calls))


if __name__ == "__main__":
    main(*sys.argv[1:])
