"""Delete the snapshots that the retention no longer keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backup import retention
from backup.folder import Folder
from backup.manifest import SAFETY_COPY, Manifest


def expired(snapshots: Iterable[Manifest], now: datetime, days: int) -> list[Manifest]:
    """Which of the snapshots may go.

    Damaged snapshots and files without a manifest neither count nor go: a person decides on them.
    """
    verified = [one for one in snapshots if one.verified]
    gone = retention.expired(
        (
            retention.Kept(
                one.number, one.taken_at, safety_copy=one.reason == SAFETY_COPY, history=one.history
            )
            for one in verified
        ),
        now,
        days,
    )
    return [one for one in verified if one.number in gone]


def prune(folder: Folder, now: datetime, days: int, *, dry_run: bool = False) -> list[str]:
    """Delete what has expired and return the file names; the caller holds the folder's lock."""
    gone = expired(folder.snapshots(), now, days)
    if not dry_run:
        for one in gone:
            folder.delete(one)
    return [one.file for one in gone]
