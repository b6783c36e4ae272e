"""How the backups stand: one rule, read by the scheduler, by `status` and through `status.json`.

`status.json` in the backup folder is written by the scheduler alone, whenever something changed and
at least every half minute. Where `written_at` is older than a few minutes, no scheduler runs.

    state           ok       the newest verified snapshot is as new as promised
                    running  a snapshot is being taken
                    stuck    a snapshot has been running for more than five minutes
                    pending  there is nothing to back up yet, or the first snapshot is about to come
                    failed   the last attempt failed, a kept snapshot is damaged, or the database
                             cannot be read
                    missed   the time of the schedule came and went without a snapshot
                    late     changes wait longer for a snapshot than BACKUP_MIN_INTERVAL
    reason          a sentence; null where the state is ok
    last_verified   file, taken_at, finished_at, bytes, sha256, newest_event; null if there is none
    last_attempt    reason, started_at, finished_at, pid, step, verdict (running, failed, verified),
                    file, error; null if there was none
    next_slot       next time of BACKUP_SCHEDULE
    snapshots       how many verified ones are kept; snapshots_bytes: their size
    damaged         files of kept snapshots that no longer match their manifests
    free_bytes      room on the disk of the backup folder
    scheduler_pid   process id of the scheduler; null where none runs
    written_at      when this was found out
    sqlite_version  SQLite in use

Times are UTC, ISO 8601. Wherever the state is neither `ok` nor `running`, a person is needed soon.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backup import attempt, clock, locks, schedule, source, sqlite
from backup.attempt import Attempt
from backup.errors import SourceMissing, SourceUnusable
from backup.facts import Marks
from backup.folder import Folder
from backup.manifest import Manifest
from backup.settings import Settings

NAME = "status.json"

STUCK = timedelta(minutes=5)
"""A snapshot that runs for longer is worth a look."""

POLL_PATIENCE = 0.2
"""Seconds to wait for a locked database when only its newest ids are wanted."""


@dataclass(frozen=True)
class Database:
    """What a look at the live database showed: its marks, or why there are none."""

    marks: Marks | None = None
    missing: bool = False
    problem: str | None = None


def look(settings: Settings) -> Database:
    """Look at the live database; never raises for the state that it is in."""
    try:
        return Database(source.marks(settings.database, POLL_PATIENCE))
    except SourceMissing as error:
        return Database(missing=True, problem=str(error))
    except SourceUnusable as error:
        return Database(problem=str(error))


@dataclass(frozen=True)
class Situation:
    """All that the state depends on."""

    now: datetime
    database: Database
    snapshots: list[Manifest]
    attempt: Attempt | None
    slot: datetime
    interval: timedelta

    @property
    def newest(self) -> Manifest | None:
        """The newest verified snapshot."""
        return next((one for one in self.snapshots if one.verified), None)

    @property
    def damaged(self) -> list[str]:
        """Kept snapshots that no longer match their manifests."""
        return [one.file for one in self.snapshots if not one.verified]


def situation(settings: Settings, folder: Folder, now: datetime, database: Database) -> Situation:
    """Read the backup folder."""
    last = attempt.read(folder.path)
    if last and last.verdict == attempt.RUNNING:
        working = locks.holder(folder.path / locks.SNAPSHOT)
        last = attempt.read(folder.path)  # it may have ended between the two looks
        if (
            working not in {0, last.pid if last else None}
            and last
            and last.verdict == attempt.RUNNING
        ):
            last = last.died()
    return Situation(
        now=now,
        database=database,
        snapshots=folder.snapshots(),
        attempt=last,
        slot=schedule.last_slot(settings.schedule, now),
        interval=settings.min_interval,
    )


def judge(at: Situation) -> tuple[str, str | None]:
    """The state and its reason; the table is in the text of this module."""
    newest, last, marks = at.newest, at.attempt, at.database.marks
    if last and last.verdict == attempt.RUNNING:
        since = clock.to_the_second(last.started_at)
        if at.now - last.started_at > STUCK:
            return "stuck", f"A snapshot has been running since {since} (process {last.pid})."
        return "running", f"A snapshot is being taken since {since} ({last.reason})."
    if last and last.verdict == attempt.FAILED:
        return "failed", last.error
    if at.damaged:
        return "failed", (
            f"{', '.join(at.damaged)} no longer matches its manifest: look at the disk, then "
            "delete the file."
        )
    if at.database.missing and newest is None:
        return "pending", at.database.problem
    if at.database.problem:
        return "failed", at.database.problem
    if newest is None:
        return "pending", "The first snapshot has not been taken yet."
    if newest.taken_at < at.slot and at.now - at.slot > schedule.GRACE:
        return "missed", (
            f"There is no snapshot of the scheduled time {clock.to_the_second(at.slot)}; see that "
            "the backup program runs: supervisorctl status backup"
        )
    if marks != newest.facts.marks and at.now - newest.taken_at > at.interval + schedule.GRACE:
        return "late", (
            f"There are changes since {clock.to_the_second(newest.taken_at)} that no snapshot "
            "holds; see that the backup program runs: supervisorctl status backup"
        )
    return "ok", None


def report(settings: Settings, folder: Folder, at: Situation) -> dict[str, Any]:
    """All that is known, as it stands in `status.json`."""
    state, reason = judge(at)
    newest = at.newest
    verified = [one for one in at.snapshots if one.verified]
    return {
        "state": state,
        "reason": reason,
        "last_verified": _last_verified(newest) if newest else None,
        "last_attempt": at.attempt.to_dict() if at.attempt else None,
        "next_slot": clock.iso(schedule.next_slot(settings.schedule, at.now)),
        "snapshots": len(verified),
        "snapshots_bytes": sum(one.bytes for one in verified),
        "damaged": at.damaged,
        "free_bytes": shutil.disk_usage(folder.path).free,
        "scheduler_pid": locks.holder(folder.path / locks.SCHEDULER),
        "written_at": clock.iso(at.now),
        "sqlite_version": sqlite.version(),
    }


def _last_verified(newest: Manifest) -> dict[str, Any]:
    return {
        "file": newest.file,
        "taken_at": clock.iso(newest.taken_at),
        "finished_at": clock.iso(newest.finished_at),
        "bytes": newest.bytes,
        "sha256": newest.sha256,
        "newest_event": newest.facts.marks.event,
    }


def now(settings: Settings, folder: Folder) -> dict[str, Any]:
    """The report of this moment, found out without the scheduler."""
    return report(settings, folder, situation(settings, folder, clock.utc_now(), look(settings)))
