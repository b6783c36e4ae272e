"""Whether the database carries on the history that the snapshots hold.

A history only grows. A database that lacks the newest event of the newest snapshot is therefore
another one: its file was lost and made anew, a path is mistyped, or a disk is not mounted. Only a
person may say that this is meant, by `restore` or by `check --afresh`; their word stands in
`lineage.json` until the next snapshot carries it on.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from backup import clock, facts, files, source, sqlite
from backup.clock import say
from backup.errors import BackupError, SourceMissing, SourceUnusable
from backup.folder import Folder
from backup.manifest import Manifest

NAME = "lineage.json"
RESTORED = "restored.jsonl"
"""Restores that the application has not taken into its record yet; it deletes the file."""

PATIENCE = 5.0
"""Seconds to wait for a database that somebody has locked."""

REMEDY = (
    "See that its disk is mounted and that DATA_DIR and DATABASE_PATH are right; or bring it back: "
    "python -m backup restore; or start afresh on purpose: python -m webapp prepare --afresh"
)


@dataclass(frozen=True)
class Point:
    """How far a history had come: `digest` is of its newest event, `number` of the newest snapshot.

    `meant` is False where another history had come before and nobody said that it may end.
    """

    history: str
    event: int
    digest: str | None
    number: int
    meant: bool = True


def reached(manifest: Manifest) -> Point:
    """How far the history had come when the snapshot was taken."""
    return Point(
        manifest.history,
        manifest.facts.marks.event,
        manifest.event_digest,
        manifest.number,
        manifest.meant,
    )


def baseline(folder: Folder) -> Point | None:
    """What the database has to carry on; None where there is nothing yet."""
    newest = folder.newest()
    try:
        word = Point(**json.loads((folder.path / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        word = None
    if word and (newest is None or word.number >= newest.number):
        return word
    return reached(newest) if newest else None


def carries_on(connection: sqlite.Connection, point: Point) -> bool:
    """Whether the database holds the newest event of that history."""
    if point.digest is None:  # a manifest of an earlier version
        return facts.read_marks(connection).event >= point.event
    return facts.event_digest(connection, point.event) == point.digest


def next_point(connection: sqlite.Connection, folder: Folder, number: int) -> Point:
    """How far the database has come, as the snapshot `number` tells it."""
    point = baseline(folder)
    event = facts.read_marks(connection).event
    digest = facts.event_digest(connection, event)
    if point and carries_on(connection, point):
        return replace(point, event=event, digest=digest, number=number)
    return Point(_new_history(), event, digest, number, meant=point is None)


def require(database: Path, folder: Folder, *, afresh: bool = False) -> None:
    """See that the database is there and carries on the history of the snapshots.

    Raises `BackupError` where it does not. With `afresh` a person says that it need not.
    """
    if not folder.holds_snapshots():
        return
    problem = _problem(database, folder)
    if problem and not afresh:
        raise BackupError(f"{problem} {REMEDY}")
    point = baseline(folder)
    if afresh and (problem or (point and not point.meant)):
        number = max((one.number for one in folder.snapshots()), default=0)
        fresh = Point(_new_history(), 0, "", number)
        if not problem and point:
            fresh = replace(point, number=number, meant=True)
        _write(folder, fresh)
        say(
            f"A new history begins as you wish; the snapshots of the old one stay in {folder.path}."
        )


def others(snapshots: list[Manifest], history: str) -> list[Manifest]:
    """The newest verified snapshot of every other history, newest first."""
    found: dict[str, Manifest] = {}
    for one in snapshots:
        if one.verified and one.history != history:
            found.setdefault(one.history, one)
    return list(found.values())


@contextmanager
def restoring(folder: Folder, manifest: Manifest) -> Iterator[None]:
    """Note that a person puts this snapshot in the database's place; undone if that fails."""
    path = folder.path / NAME
    before = path.read_text(encoding="utf-8") if path.exists() else None
    number = max(one.number for one in folder.snapshots())
    _write(folder, replace(reached(manifest), number=number, meant=True))
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            files.write_note(path, before)
        raise


def remember(folder: Folder, manifest: Manifest) -> None:
    """Leave word of a restore, which the application takes into its record at its next start."""
    mark = {"file": manifest.file, "at": clock.iso(clock.utc_now())}
    try:
        descriptor = files.create(folder.path / RESTORED, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(mark) + "\n")
    except OSError as error:
        say(f"The restore will not stand in the audit log: {error}.")


def _problem(database: Path, folder: Folder) -> str | None:
    point = baseline(folder)
    try:
        with source.reading(database, PATIENCE) as connection:
            if point is None or carries_on(connection, point):
                return None
            event = facts.read_marks(connection).event
    except SourceMissing:
        state = "is empty" if database.exists() else "is missing"
        return f"The database {database} {state}, but {_held(folder)}."
    except SourceUnusable:
        return None  # whoever opens it next says why
    return (
        f"The database {database} is another one, with {event} history events, than the one that "
        f"the snapshots are of: {_held(folder)}."
    )


def _held(folder: Folder) -> str:
    newest = folder.newest()
    if newest is None:
        return f"{folder.path} holds snapshots, none of them verified"
    return (
        f"{folder.path} holds snapshots, the newest of "
        f"{clock.to_the_second(newest.taken_at)} with history event {newest.facts.marks.event}"
    )


def _new_history() -> str:
    return uuid.uuid4().hex[:12]


def _write(folder: Folder, point: Point) -> None:
    files.write_note(folder.path / NAME, json.dumps(asdict(point), indent=2) + "\n")
