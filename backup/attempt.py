"""The record of the newest attempt at a snapshot, `last_attempt.json` in the backup folder.

Written by the process that takes the snapshot, so that a process that was killed leaves word of how
far it came.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from backup import clock, files

NAME = "last_attempt.json"

RUNNING = "running"
FAILED = "failed"
SUCCEEDED = "verified"


@dataclass(frozen=True)
class Attempt:
    """One attempt: `verdict` is `running`, `failed` or `verified`; `error` says why it failed."""

    reason: str
    started_at: datetime
    pid: int
    step: str = "start"
    verdict: str = RUNNING
    finished_at: datetime | None = None
    file: str | None = None
    error: str | None = None

    def died(self) -> Attempt:
        """The same attempt, known to have ended without a word."""
        return replace(
            self,
            verdict=FAILED,
            error=f"Process {self.pid} ended without a word at the step {self.step}.",
        )

    def failed(self, error: str) -> Attempt:
        """The same attempt, which has just come to nothing because of `error`."""
        return replace(self, verdict=FAILED, finished_at=clock.utc_now(), error=error)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the file and in the status."""
        return {
            "reason": self.reason,
            "started_at": clock.iso(self.started_at),
            "finished_at": clock.iso(self.finished_at) if self.finished_at else None,
            "pid": self.pid,
            "step": self.step,
            "verdict": self.verdict,
            "file": self.file,
            "error": self.error,
        }


class Record:
    """The attempt of this process, written down at every step."""

    def __init__(self, folder: Path, reason: str) -> None:
        self._folder = folder
        self._attempt = Attempt(reason, clock.utc_now(), os.getpid())

    def step(self, name: str) -> None:
        """The step `name` begins."""
        self._write(step=name)

    def failed(self, error: str) -> None:
        """It came to nothing, because of `error`."""
        self._write(verdict=FAILED, error=error, finished_at=clock.utc_now())

    def verified(self, file: str) -> None:
        """The snapshot `file` is there."""
        self._write(step="done", verdict=SUCCEEDED, file=file, finished_at=clock.utc_now())

    def _write(self, **changes: Any) -> None:
        self._attempt = replace(self._attempt, **changes)
        write(self._folder, self._attempt)


def write(folder: Path, attempt: Attempt) -> None:
    """Put the record on the disk; call it while holding the lock of the folder."""
    files.write_note(folder / NAME, json.dumps(attempt.to_dict(), indent=2) + "\n")


def read(folder: Path) -> Attempt | None:
    """The newest attempt; None where there was none or its record cannot be read."""
    try:
        data: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Attempt(
            reason=str(data["reason"]),
            started_at=clock.parse(data["started_at"]),
            finished_at=clock.parse(data["finished_at"]) if data["finished_at"] else None,
            pid=int(data["pid"]),
            step=str(data["step"]),
            verdict=str(data["verdict"]),
            file=data["file"],
            error=data["error"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
