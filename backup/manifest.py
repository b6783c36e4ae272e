"""The manifest beside each snapshot: what it holds and that it was verified.

It is on the disk before the snapshot gets its name, so a snapshot without one never counts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backup import clock
from backup.facts import APPLICATION_ID, Facts, Marks
from backup.settings import ROOT

VERIFIED = "verified"
DAMAGED = "damaged"

FORMAT = 1

SAFETY_COPY = "before a restore"
"""The reason of the snapshot that `restore` takes first; it is kept for longer."""


@dataclass(frozen=True)
class Manifest:
    """One snapshot. Times are UTC.

    `number` counts snapshots up and never depends on a clock: the highest is the newest, also after
    the clock was set back. `taken_at` is the moment whose data it holds. `history` and the two
    fields after it tell to which history it belongs (see `lineage`); older manifests lack them.
    """

    file: str
    number: int
    reason: str
    taken_at: datetime
    finished_at: datetime
    copy_seconds: float
    bytes: int
    sha256: str
    facts: Facts
    application_version: str | None
    sqlite_version: str
    checked_at: datetime
    history: str = ""
    event_digest: str | None = None
    meant: bool = True
    verdict: str = VERIFIED
    problem: str | None = None

    @property
    def verified(self) -> bool:
        """Whether it counts."""
        return self.verdict == VERIFIED

    def checked(self, at: datetime, problem: str | None) -> Manifest:
        """The same snapshot after another check."""
        verdict = DAMAGED if problem else VERIFIED
        return replace(self, verdict=verdict, problem=problem, checked_at=at)

    def to_json(self) -> str:
        """The text of the manifest file."""
        data = {
            "format": FORMAT,
            "file": self.file,
            "number": self.number,
            "verdict": self.verdict,
            "problem": self.problem,
            "reason": self.reason,
            "taken_at": clock.iso(self.taken_at),
            "finished_at": clock.iso(self.finished_at),
            "checked_at": clock.iso(self.checked_at),
            "duration_seconds": (self.finished_at - self.taken_at).total_seconds(),
            "copy_seconds": self.copy_seconds,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "page_size": self.facts.page_size,
            "page_count": self.facts.page_count,
            "history": self.history,
            "history_meant": self.meant,
            "newest_event": self.facts.marks.event,
            "newest_event_digest": self.event_digest,
            "newest_release": self.facts.marks.release,
            "rows": self.facts.rows,
            "schema": self.facts.schema,
            "application_id": f"{APPLICATION_ID:#x}",
            "application_version": self.application_version,
            "sqlite_version": self.sqlite_version,
        }
        return json.dumps(data, indent=2) + "\n"


def from_json(text: str) -> Manifest:
    """Read a manifest; raises `ValueError` where it is not one that `to_json` wrote."""
    try:
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']} is not known to this version")
        return Manifest(
            file=str(data["file"]),
            number=int(data["number"]),
            reason=str(data["reason"]),
            taken_at=clock.parse(data["taken_at"]),
            finished_at=clock.parse(data["finished_at"]),
            copy_seconds=float(data["copy_seconds"]),
            bytes=int(data["bytes"]),
            sha256=str(data["sha256"]),
            facts=Facts(
                schema=str(data["schema"]),
                marks=Marks(int(data["newest_event"]), int(data["newest_release"])),
                page_size=int(data["page_size"]),
                page_count=int(data["page_count"]),
                rows={str(table): int(count) for table, count in data["rows"].items()},
            ),
            application_version=data["application_version"],
            sqlite_version=str(data["sqlite_version"]),
            checked_at=clock.parse(data["checked_at"]),
            history=str(data.get("history", "")),
            event_digest=data.get("newest_event_digest"),
            meant=bool(data.get("history_meant", True)),
            verdict=str(data["verdict"]),
            problem=data["problem"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not a manifest: {error!r}") from None


def application_version() -> str | None:
    """The application's version, read as text: this room imports nothing of the application."""
    try:
        text = (ROOT / "webapp" / "version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r'^VERSION = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else None
