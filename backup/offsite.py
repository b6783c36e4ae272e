"""The copy elsewhere: the newest verified snapshot and its manifest, in `BACKUP_COPY_TO`.

That is a folder, which should lie on another machine's disk, or a remote of rclone. The copy is
read back and compared by SHA-256 before it gets its name, and the retention goes for the copies as
it does here. It is an errand of its own: a share that hangs or fails holds up nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from backup import prune, sqlite
from backup.clock import say, utc_now
from backup.errors import BackupError, SettingsError
from backup.folder import Folder
from backup.manifest import Manifest
from backup.outcome import COPIED, Ledger, Outcome
from backup.rclone import Remote
from backup.settings import Settings, is_remote
from backup.share import Share

NAME = "copy"

TIME_LIMIT = 60 * 60.0
"""Seconds that a copy may take: 200 MB through a line of 1 Mbit/s take half of that."""


class Place(Protocol):
    """Where copies are kept. Every method raises `BackupError` where the place fails."""

    def manifests(self) -> list[Manifest]:
        """Manifests of the copies that are there."""

    def sweep(self) -> None:
        """Remove what an interrupted copy left."""

    def put(self, snapshot: Path, manifest: Manifest) -> None:
        """Copy `snapshot`, see that the bytes there are those of `manifest`, then name it."""

    def delete(self, manifest: Manifest) -> None:
        """Delete a copy and its manifest."""


def place(settings: Settings, limit: sqlite.TimeLimit) -> Place:
    """The place that `BACKUP_COPY_TO` names; raises `SettingsError` where it names none."""
    if not settings.copy_to:
        raise SettingsError(
            "BACKUP_COPY_TO is not set, so there is nowhere to copy to: put a folder or an rclone "
            "remote into .env."
        )
    if is_remote(settings.copy_to):
        return Remote(settings.copy_to, limit)
    return Share(Path(settings.copy_to), limit)


def run(
    settings: Settings,
    folder: Folder,
    *,
    must_know: bool = False,
    time_limit: float = TIME_LIMIT,
) -> None:
    """Copy the newest verified snapshot unless it is there, and delete copies that have expired.

    With `must_know`, a place where none of the copies made before is there is refused: a share that
    is not mounted looks like an empty folder. Raises `BackupError`.
    """
    ledger = Ledger(folder.path, NAME)
    limit = sqlite.TimeLimit(time_limit, "The copy elsewhere")
    there = place(settings, limit)
    with ledger.attempt(COPIED, time_limit) as attempt:
        manifest = folder.find(None)
        attempt.file, attempt.number, attempt.to = manifest.file, manifest.number, settings.copy_to
        found = there.manifests()
        if must_know and not found and made_before(ledger.read(), settings.copy_to):
            raise BackupError(
                f"{settings.copy_to} holds none of the copies made before: see that the share is "
                "mounted. If it was emptied on purpose, run once: python -m backup copy"
            )
        there.sweep()
        if _is_there(manifest, found):
            say(f"{manifest.file} is in {settings.copy_to} already.")
        else:
            numbered = replace(manifest, number=_number(manifest, found))
            there.put(folder.path / manifest.file, numbered)
            say(f"{manifest.file} was copied to {settings.copy_to} and compared.")
            found.append(numbered)
        for old in prune.expired(found, utc_now(), settings.retention_days):
            there.delete(old)
            say(f"Deleted {old.file} in {settings.copy_to}: older than the retention keeps.")


def made_before(outcome: Outcome | None, to: str) -> bool:
    """Whether a copy was once made to that place."""
    return bool(outcome and outcome.success and outcome.success.to == to)


def _is_there(manifest: Manifest, found: Iterable[Manifest]) -> bool:
    for one in found:
        if one.file == manifest.file:
            if one.sha256 == manifest.sha256:
                return True
            raise BackupError(
                f"There is another {one.file} already: does a second installation copy to the same "
                "place? Give each one a folder of its own."
            )
    return False


def _number(manifest: Manifest, found: Iterable[Manifest]) -> int:
    """Its number there: the highest, also where the copies are of a backup folder that was lost."""
    return max([manifest.number, *(one.number + 1 for one in found)])
