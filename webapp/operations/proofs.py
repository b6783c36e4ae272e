"""What the backup program reports besides snapshots: restore drills, copies elsewhere, its pings.

Each is an entry of `status.json` (docs/backups.md) and None or missing where it is not in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.operations.snapshots import moment

_NAMES = {"drill": "Restore drill", "copy": "Copy elsewhere", "ping": "Word to the monitor"}
_GOOD = {"passed", "copied", "sent"}


@dataclass(frozen=True)
class Proof:
    """One entry: what came of it the last time, when, and why not where it failed."""

    name: str
    verdict: str
    at: datetime | None
    error: str

    @property
    def good(self) -> bool:
        """Whether it came off the last time; what is under way or to come is not yet good."""
        return self.verdict in _GOOD

    @property
    def failed(self) -> bool:
        """Whether it came to nothing the last time."""
        return self.verdict == "failed"


def proofs(status: dict[str, Any]) -> list[Proof]:
    """The entries that there are."""
    return [
        Proof(
            name,
            str(entry.get("verdict", "unknown")),
            moment(entry.get("at")),
            str(entry.get("error") or ""),
        )
        for key, name in _NAMES.items()
        if isinstance(entry := status.get(key), dict)
    ]
