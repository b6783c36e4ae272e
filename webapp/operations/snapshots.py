"""What the backup program left in BACKUP_DIR: manifests of snapshots, and its own report.

The application imports nothing of `backup`; the two agree on these files alone (docs/backups.md).
Files that cannot be read, or say something about a file other than their own, do not count.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_MANIFEST = re.compile(r"ke_wp_mapping_\d{8}_\d{6}\.json")


@dataclass(frozen=True)
class Snapshot:
    """One snapshot as its manifest describes it; `verified` says whether it counts.

    `number` counts up and is the order of age, whatever the clock said; `problem` is None where
    there is none.
    """

    file: str
    number: int
    taken_at: datetime
    checked_at: datetime
    bytes: int
    schema: str
    reason: str
    verified: bool
    problem: str | None


def snapshots(folder: Path) -> list[Snapshot]:
    """All snapshots that are there, newest first, damaged ones among them."""
    try:
        paths = [path for path in folder.iterdir() if _MANIFEST.fullmatch(path.name)]
    except OSError:
        return []
    found = (_read(path) for path in paths)
    return sorted((one for one in found if one), key=lambda one: one.number, reverse=True)


def offered(folder: Path, name: str) -> Path | None:
    """The file called `name` if it is a verified snapshot, or the manifest of one; else None."""
    for one in snapshots(folder):
        path = folder / one.file
        if one.verified and name in {path.name, path.with_suffix(".json").name}:
            return folder / name
    return None


def report(folder: Path) -> dict[str, Any]:
    """What the backup program last said of itself (`status.json`); empty where it said nothing."""
    try:
        found = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def moment(text: object) -> datetime | None:
    """A time as those files have it, in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _read(path: Path) -> Snapshot | None:
    file = path.with_suffix(".db")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        taken, checked = moment(data["taken_at"]), moment(data["checked_at"])
        if data["file"] != file.name or file.is_symlink() or not file.is_file():
            return None
        if taken is None or checked is None:
            return None
        return Snapshot(
            file=file.name,
            number=int(data["number"]),
            taken_at=taken,
            checked_at=checked,
            bytes=int(data["bytes"]),
            schema=str(data["schema"]),
            reason=str(data["reason"]),
            verified=data["verdict"] == "verified",
            problem=data["problem"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
