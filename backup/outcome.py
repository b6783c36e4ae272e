"""What came of an errand that runs beside the snapshots: the restore drill, the copy elsewhere.

Each has a file in the backup folder, `last_drill.json` and `last_copy.json`, and a lock, so that it
runs once at a time. The process that runs the errand writes the file; one that was killed leaves
word there that it had begun.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from backup import clock, files, locks
from backup.errors import BackupError, Busy

PASSED = "passed"
COPIED = "copied"
FAILED = "failed"
RUNNING = "running"


@dataclass(frozen=True)
class Success:
    """The newest one that came to a good end: with which snapshot, when, and where to."""

    file: str
    number: int
    at: datetime
    to: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How it went the last time.

    `verdict` is `passed` or `copied`, `failed`, or `running` where the first one ever is under way.
    While another one runs (`running`), the rest still tells of the last one that ended. `failures`
    counts those in a row, `file` is the snapshot in hand.
    """

    at: datetime
    verdict: str = RUNNING
    file: str | None = None
    seconds: float | None = None
    error: str | None = None
    failures: int = 0
    success: Success | None = None
    running: datetime | None = None
    pid: int | None = None

    def failed(self, at: datetime, seconds: float | None, error: str) -> Outcome:
        """The same after a failure."""
        return replace(
            self,
            at=at,
            verdict=FAILED,
            seconds=seconds,
            error=error,
            failures=self.failures + 1,
            running=None,
            pid=None,
        )

    def to_json(self) -> str:
        """The text of the file."""
        return json.dumps(vars(self), default=_plain, indent=2) + "\n"


def from_json(text: str) -> Outcome:
    """Read what `to_json` wrote; raises `ValueError` for anything else."""
    try:
        data: dict[str, Any] = json.loads(text)
        success = data.pop("success")
        at, running = clock.parse(data.pop("at")), data.pop("running")
        return Outcome(
            at=at,
            success=Success(**{**success, "at": clock.parse(success["at"])}) if success else None,
            running=clock.parse(running) if running else None,
            **data,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not an outcome: {error!r}") from None


def _plain(value: object) -> object:
    return clock.iso(value) if isinstance(value, datetime) else vars(value)


class Ledger:
    """The record and the lock of the errand `name` in a backup folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._file = folder / f"last_{name}.json"
        self._lock = folder / f".{name}.lock"

    def read(self) -> Outcome | None:
        """How it went the last time; None where it never ran or its record cannot be read."""
        found = self._read()
        if found is None or found.running is None:
            return found
        working = locks.holder(self._lock)
        found = self._read()  # it may have ended between the two looks
        if found and found.running and working not in {0, found.pid}:
            return found.failed(found.running, None, f"Process {found.pid} ended without a word.")
        return found

    def idle(self) -> bool:
        """Whether nobody runs the errand at this moment."""
        return locks.holder(self._lock) is None

    @contextmanager
    def attempt(self, verdict: str, patience: float) -> Iterator[Attempt]:
        """Run the errand once: `verdict` is what a good end is called.

        Whatever is raised inside is written down and goes on; an end that was asked for (SIGTERM,
        Ctrl-C) is no failure. Raises `Busy` where another process runs the
        errand for longer than `patience` seconds.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(locks.hold(self._lock, patience))
            except Busy as error:
                raise Busy(f"Another {self.name} is under way. {error}") from None
            before = self.read()
            now, since = clock.utc_now(), time.monotonic()
            begun = replace(before or Outcome(now), running=now, pid=os.getpid())
            self._write(begun)
            attempt = Attempt()
            try:
                yield attempt
            except Exception as error:
                failed = replace(begun, file=attempt.file).failed(now, _since(since), _words(error))
                with suppress(OSError):  # a full disk has no room for the record either
                    self._write(failed)
                raise
            except BaseException:
                self._take_back(before)
                raise
            ended = clock.utc_now()
            success = Success(str(attempt.file), attempt.number, ended, attempt.to)
            self._write(Outcome(now, verdict, attempt.file, _since(since), success=success))

    def _take_back(self, before: Outcome | None) -> None:
        """Let the record say what it said before this run."""
        if before:
            self._write(before)
        else:
            self._file.unlink(missing_ok=True)

    def _read(self) -> Outcome | None:
        try:
            return from_json(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, outcome: Outcome) -> None:
        files.write_note(self._file, outcome.to_json())


class Attempt:
    """What one run of an errand is about, filled in as it goes on."""

    file: str | None = None
    number: int = 0
    to: str | None = None


def _words(error: Exception) -> str:
    if isinstance(error, BackupError | OSError):
        return str(error)
    return f"An error in the program itself: {error!r}."


def _since(since: float) -> float:
    return round(time.monotonic() - since, 2)
