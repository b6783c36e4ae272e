"""Bring a snapshot back, after a copy of what it replaces.

Where nobody uses the database, the file is swapped: SQLite grants an exclusive lock that is held
meanwhile, the WAL is emptied and removed, and a rename puts the new file in place. Where programs
do use it and the operator insists (`--force`), the snapshot is written through SQLite in a single
transaction: those programs see it at once, and nothing they write afterwards is lost.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backup import clock, facts, files, lineage, snapshot, source, sqlite, verify
from backup.clock import say
from backup.errors import BackupError, Busy, SourceMissing
from backup.folder import BEFORE_RESTORE, PREFIX, Folder
from backup.inuse import processes_using
from backup.manifest import SAFETY_COPY, Manifest

EXCLUSIVE_PATIENCE = 2.0
"""Seconds to wait for an exclusive lock: the scheduler's look at the database takes one instant."""


@dataclass(frozen=True)
class Plan:
    """What a restore would do."""

    manifest: Manifest
    current: facts.Facts | None
    problem: str | None
    users: dict[int, str]
    remarks: list[str]

    def lines(self) -> list[str]:
        """The plan in words, a line each."""
        wanted = self.manifest
        lines = [
            f"Snapshot {wanted.file}, taken {clock.to_the_second(wanted.taken_at)}, "
            f"newest history event {wanted.facts.marks.event}, is verified.",
            *self.remarks,
        ]
        if self.current is None:
            lines.append(f"It replaces what cannot be read: {self.problem}")
        else:
            changes = self.current.differences(wanted.facts)
            lines += (
                ["It changes:", *(f"  {change}" for change in changes)]
                if changes
                else ["Its row counts are those of the database as it is now."]
            )
            lost = self.current.marks.event - wanted.facts.marks.event
            if lost > 0:
                lines.append(f"{lost} history events since then remain only in the safety copy.")
            if self.current.schema != wanted.facts.schema:
                lines.append(
                    "Its schema is another one: run `python -m webapp prepare` before you start "
                    "the application."
                )
        if self.users:
            lines.append(f"The database is in use by {_named(self.users)}.")
        return lines


def plan(database: Path, folder: Folder, name: str | None) -> Plan:
    """Check the snapshot `name` (None: the newest) and compare it with the database.

    Raises `BackupError` where there is no such snapshot or it is no longer what its manifest says.
    """
    manifest = folder.find(name)
    limit = sqlite.TimeLimit(snapshot.TIME_LIMIT)
    problem = verify.full_check(folder.path / manifest.file, manifest, limit)
    if problem:
        raise BackupError(f"{manifest.file} cannot be restored: {problem}. Choose another one.")
    try:
        with source.reading(database, snapshot.LOCKED_LIMIT) as connection:
            current, unreadable = facts.read_facts(connection), None
    except BackupError as error:
        current, unreadable = None, str(error)
    remarks = [] if name else _passed_over(folder.snapshots(), manifest)
    return Plan(manifest, current, unreadable, processes_using(database), remarks)


def _passed_over(snapshots: list[Manifest], chosen: Manifest) -> list[str]:
    """What else might have been meant where no snapshot was named."""
    damaged = [one for one in snapshots if one.number > chosen.number]
    return [
        *(f"{one.file} is newer, but damaged: {one.problem}." for one in damaged),
        *(
            f"{one.file} is of another history, up to event {one.facts.marks.event}; name it to "
            "bring that one back."
            for one in lineage.others(snapshots, chosen.history)
        ),
    ]


def carry_out(database: Path, folder: Folder, what: Plan, *, force: bool) -> None:
    """Do what the plan says; the caller holds the lock of the folder.

    Raises `Busy` where the database is in use and `force` is not given, `BackupError` where the
    disk or the database stands in the way; the database is then as it was.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        if what.users:
            raise Busy(_in_use(database, what.users))
        _swap(database, folder, what.manifest)
    except Busy:
        if not force:
            raise
        _safety_copy(database, folder)
        with lineage.restoring(folder, what.manifest):
            _write_through(database, folder.path / what.manifest.file, what.users)
    lineage.remember(folder, what.manifest)
    say(f"Restored {what.manifest.file} to {database}.")


def _swap(database: Path, folder: Folder, manifest: Manifest) -> None:
    origin = folder.path / manifest.file
    new = database.with_name(f".{database.name}.restoring")
    try:
        if shutil.disk_usage(database.parent).free < manifest.bytes:
            raise BackupError(
                f"The disk of {database.parent} has no room for {manifest.bytes / 1e6:,.0f} MB."
            )
        files.copy(origin, new)
        if files.sha256(new) != manifest.sha256:
            raise BackupError(f"The copy of {manifest.file} went wrong; see that the disk works.")
        copied = _safety_copy(database, folder)
        with _exclusively(database, copied), lineage.restoring(folder, manifest):
            for suffix in ("-wal", "-shm"):
                database.with_name(database.name + suffix).unlink(missing_ok=True)
            files.publish(new, database)
    except OSError as error:
        raise BackupError(f"Nothing was restored: {error}.") from error
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _exclusively(database: Path, copied: Manifest | None) -> Iterator[None]:
    """Keep everybody else out of the database, and its WAL empty, until the swap is done.

    `copied` is the safety copy; a database too damaged for one is swapped without this.
    """
    if copied is None:
        yield
        return
    connection = sqlite.connect(database, "rw", EXCLUSIVE_PATIENCE)
    try:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            now = facts.read_facts(connection)
            connection.execute("COMMIT")  # the lock stays
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite.Error as error:
            users = processes_using(database)
            raise Busy(f"{_in_use(database, users)} ({error})") from error
        if copied.facts.differences(now):
            raise Busy(f"{database} was changed meanwhile; stop who writes there and try again.")
        yield
    finally:
        connection.close()  # SQLite sees that the file was replaced and leaves the new one alone


def _safety_copy(database: Path, folder: Folder) -> Manifest | None:
    """A verified snapshot of what is there; its bytes as they are where none can be taken."""
    try:
        manifest = snapshot.take(database, folder, SAFETY_COPY)
    except SourceMissing:
        if not database.exists():
            say("There was no database before.")
    except BackupError as error:
        say(f"No verified copy of the present database could be taken: {error}")
    else:
        say(f"The database as it was is kept as {manifest.file}.")
        return manifest
    if database.exists():
        _keep_bytes(database, folder)
    return None


def _keep_bytes(database: Path, folder: Folder) -> None:
    name = f"{PREFIX}{clock.utc_now():%Y%m%d_%H%M%S}{BEFORE_RESTORE}"
    for suffix in ("", "-wal"):
        origin = database.with_name(database.name + suffix)
        with suppress(FileNotFoundError):
            files.copy(origin, folder.path / f"{name}{suffix}")
    say(f"Its bytes are kept as {name}; delete that file when you no longer need it.")


def _write_through(database: Path, origin: Path, users: dict[int, str]) -> None:
    reading = sqlite.connect(origin, "ro", immutable=True)
    try:
        live = sqlite.connect(database, "rw", snapshot.LOCKED_LIMIT)
        try:
            limit = sqlite.TimeLimit(snapshot.LOCKED_LIMIT)
            reading.backup(live, pages=-1, progress=limit.check)
        finally:
            live.close()
    except (sqlite.Error, sqlite.TooLong) as error:
        raise BackupError(
            f"{database} could not be written to while it is in use: {error}. "
            f"{_in_use(database, users)}"
        ) from error
    finally:
        reading.close()
    os.chmod(database, 0o600)


def _in_use(database: Path, users: dict[int, str]) -> str:
    by = f" by {_named(users)}" if users else ""
    return (
        f"{database} is in use{by}: stop the application with `supervisorctl stop "
        "web` and try again."
    )


def _named(users: dict[int, str]) -> str:
    return ", ".join(f"process {pid} ({command})" for pid, command in sorted(users.items()))
