"""One snapshot: copy, verify, describe, give it its name.

The order makes a kill or a power cut at any step harmless: the copy is a `.partial` file until it
is verified and on the disk, and its manifest is on the disk before it gets its name. Whoever calls
`take` holds the lock of the folder.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from backup import clock, facts, files, lineage, source, sqlite, verify
from backup.attempt import Record
from backup.errors import BackupError, VerificationFailed
from backup.folder import PARTIAL, Folder
from backup.manifest import Manifest, application_version

TIME_LIMIT = 15 * 60.0
"""Seconds that a snapshot may take in all."""

LOCKED_LIMIT = 30.0
"""Seconds to wait for a database that somebody has locked."""

RESERVE = 64 * 1024 * 1024
"""Bytes of the disk that a snapshot never takes: the live database needs room to grow."""


def take(
    database: Path,
    folder: Folder,
    reason: str,
    *,
    time_limit: float = TIME_LIMIT,
    locked_limit: float = LOCKED_LIMIT,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Manifest:
    """Take a snapshot of `database` and return its manifest; `on_step` hears of every step.

    Raises `BackupError` and leaves nothing behind but, where the copy failed its checks, a `.bad`
    file. Either way `last_attempt.json` tells of it.
    """
    record = Record(folder.path, reason)

    def step(name: str) -> None:
        record.step(name)
        on_step(name)

    try:
        folder.sweep()
        manifest = _take(database, folder, reason, sqlite.TimeLimit(time_limit), locked_limit, step)
        record.verified(manifest.file)
    except (BackupError, OSError) as error:
        failure = error if isinstance(error, BackupError) else BackupError(_disk_error(error))
        with suppress(OSError):  # a full disk has no room for the record either
            record.failed(str(failure))
        raise failure from error
    return manifest


def _take(
    database: Path,
    folder: Folder,
    reason: str,
    limit: sqlite.TimeLimit,
    locked_limit: float,
    step: Callable[[str], None],
) -> Manifest:
    stem = folder.free_stem(clock.utc_now())
    partial = folder.path / f"{stem}{PARTIAL}"
    final = folder.path / f"{stem}.db"
    try:
        step("open")
        with source.reading(database, locked_limit) as connection:
            taken_at = clock.utc_now()
            expected = facts.read_facts(connection)
            number = 1 + max((one.number for one in folder.snapshots()), default=0)
            point = lineage.next_point(connection, folder, number)
            check_space(folder.path, expected.bytes)
            step("copy")
            began = time.monotonic()
            copy(connection, partial, limit)
            copy_seconds = round(time.monotonic() - began, 3)
        step("verify")
        _verify(partial, expected, limit, folder)
        checksum = files.sha256(partial, limit.check)
        step("describe")
        now = clock.utc_now()
        manifest = Manifest(
            file=final.name,
            number=number,
            reason=reason,
            taken_at=taken_at,
            finished_at=now,
            copy_seconds=copy_seconds,
            bytes=partial.stat().st_size,
            sha256=checksum,
            facts=expected,
            application_version=application_version(),
            sqlite_version=sqlite.version(),
            checked_at=now,
            history=point.history,
            event_digest=point.digest,
            meant=point.meant,
        )
        folder.write(manifest)
        step("publish")
        files.publish(partial, final)
    except BaseException:
        for left in folder.path.glob(f"{stem}{PARTIAL}*"):
            left.unlink(missing_ok=True)
        if not final.exists():
            final.with_suffix(".json").unlink(missing_ok=True)
        raise
    return manifest


def copy(connection: sqlite.Connection, partial: Path, limit: sqlite.TimeLimit) -> None:
    """Copy the database behind `connection` into the new file `partial`, down to the disk.

    `connection` is in a read transaction, so the copy is of the moment when that began. The whole
    goes in one step: copying in smaller ones would start again at every commit of another process
    if that transaction were ever missing. Raises `BackupError`.
    """
    os.close(files.create(partial, os.O_WRONLY | os.O_EXCL))
    target = sqlite.connect(partial, "rw")
    try:
        # Nobody else sees this file yet: no journal, and one fsync at the end.
        target.execute("PRAGMA journal_mode=OFF")
        target.execute("PRAGMA synchronous=OFF")
        connection.backup(target, pages=-1, progress=limit.check)
        # The copy inherits WAL mode, in which it could not be opened in a read-only folder.
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite.Error as error:
        raise BackupError(
            f"The copy into {partial.parent} failed: {error}; see that the disk has room and works."
        ) from error
    finally:
        target.close()
    files.sync(partial)


def _verify(partial: Path, expected: facts.Facts, limit: sqlite.TimeLimit, folder: Folder) -> None:
    try:
        differences = expected.differences(verify.examine(partial, limit))
        if differences:
            raise VerificationFailed("; ".join(differences))
    except sqlite.TooLong:
        raise
    except BackupError as error:
        bad = folder.keep_aside(partial)
        raise VerificationFailed(
            f"The copy did not pass its checks ({error}) and is kept as {bad.name}; if the next "
            "one fails too, the database is damaged: bring back a snapshot with: python -m backup "
            "restore"
        ) from error


def check_space(folder: Path, needed: int) -> None:
    """Raise `BackupError` unless the disk of `folder` has room for `needed` bytes and a reserve."""
    room = shutil.disk_usage(folder)
    if room.total and room.free < needed + RESERVE:  # some shares do not tell and say 0 of 0
        raise BackupError(
            f"The disk of {folder} has {room.free / 1e6:,.0f} MB free, and "
            f"{(needed + RESERVE) / 1e6:,.0f} MB are needed; make room."
        )


def _disk_error(error: OSError) -> str:
    where = error.filename or "The backup folder"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"{where}: the disk is full; make room."
    return f"{where}: {error.strerror}; see that the disk works."
