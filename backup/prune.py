"""Delete the snapshots that the retention no longer keeps."""

from __future__ import annotations

from datetime import datetime

from backup import retention
from backup.folder import Folder
from backup.manifest import SAFETY_COPY


def prune(folder: Folder, now: datetime, days: int, *, dry_run: bool = False) -> list[str]:
    """Delete what has expired and return the file names; the caller holds the lock of the folder.

    Damaged snapshots and files without a manifest neither count nor go: a person decides on them.
    """
    verified = [one for one in folder.snapshots() if one.verified]
    gone = retention.expired(
        (
            retention.Kept(one.number, one.taken_at, safety_copy=one.reason == SAFETY_COPY)
            for one in verified
        ),
        now,
        days,
    )
    expired = [one for one in verified if one.number in gone]
    if not dry_run:
        for one in expired:
            folder.delete(one)
    return [one.file for one in expired]
