"""How the backups stand: one rule, read by the scheduler, by `status` and through `status.json`.

`status.json` in the backup folder is written by the scheduler alone, whenever something changed and
at least every half minute. Where `written_at` is older than a few minutes, no scheduler runs.

    state           stuck      a snapshot has been running for more than five minutes
                    failed     the last attempt failed, a kept snapshot is damaged, or the database
                               cannot be read or was replaced by another one
                    pending    there is nothing to back up yet, or the first snapshot is about to
                               come
                    missed     the time of the schedule came and went without a snapshot
                    late       changes wait longer for a snapshot than BACKUP_MIN_INTERVAL
                    undrilled  the restore drill failed, or is a day late
                    uncopied   snapshots wait for more than an hour to be copied to BACKUP_COPY_TO
                    running    a snapshot is being taken
                    ok         the newest verified snapshot is as new as promised
                    The first that is true. `undrilled` and `uncopied`: what is here is good.
    reason          a sentence; null where the state is ok
    last_verified   file, taken_at, finished_at, bytes, sha256, newest_event; null if there is none
    last_attempt    reason, started_at, finished_at, pid, step, verdict (running, failed, verified),
                    file, error; null if there was none
    next_slot       next time of BACKUP_SCHEDULE
    snapshots       how many verified ones are kept; snapshots_bytes: their size
    damaged         files of kept snapshots that no longer match their manifests
    drill           at, file, verdict (passed, failed; running: the first one), seconds, error,
                    running_since (null where none is under way), next; null before the first one
    copy            to, file, at, verdict (copied, failed; pending, running: the first one),
                    seconds, error, running_since, next_try (null where the newest is there),
                    copied_file and copied_at of the newest good one; null where BACKUP_COPY_TO is
                    not set
    ping            at, event (start, success, fail), verdict (sent, failed), error; null where
                    BACKUP_PING_URL is not set or nothing was sent yet
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

from backup import attempt, clock, drill, lineage, locks, offsite, ping, schedule, source, sqlite
from backup.attempt import Attempt
from backup.errors import SourceMissing, SourceUnusable
from backup.facts import Marks
from backup.folder import Folder
from backup.manifest import Manifest
from backup.outcome import FAILED, Ledger, Outcome
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
    drill: Outcome | None = None
    copy: Outcome | None = None
    copy_to: str = ""
    meant: bool = True

    @property
    def newest(self) -> Manifest | None:
        """The newest verified snapshot."""
        return next((one for one in self.snapshots if one.verified), None)

    @property
    def damaged(self) -> list[str]:
        """Kept snapshots that no longer match their manifests."""
        return [one.file for one in self.snapshots if not one.verified]

    @property
    def next_drill(self) -> datetime | None:
        """When the next drill is due; None while there is nothing to drill."""
        return schedule.next_drill(self.now, self.drill, self.snapshots)

    @property
    def next_copy(self) -> datetime | None:
        """When the next copy is due; None where none is wanted."""
        if not self.copy_to:
            return None
        return schedule.next_copy(self.now, self.copy, self.snapshots, self.copy_to)


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
        drill=Ledger(folder.path, drill.NAME).read(),
        copy=Ledger(folder.path, offsite.NAME).read(),
        copy_to=settings.copy_to,
        meant=(point := lineage.baseline(folder)) is None or point.meant,
    )


def judge(at: Situation) -> tuple[str, str | None]:
    """The state and its reason; the table is in the text of this module."""
    last = at.attempt
    running = last is not None and last.verdict == attempt.RUNNING
    if last and running and at.now - last.started_at > STUCK:
        return "stuck", (
            f"A snapshot has been running since {clock.to_the_second(last.started_at)} "
            f"(process {last.pid})."
        )
    if at.damaged:
        return "failed", (
            f"Snapshots that no longer match their manifests: {', '.join(at.damaged)}. Look at the "
            "disk, then delete them."
        )
    left = lineage.others(at.snapshots, at.newest.history) if at.newest and not at.meant else []
    if left:
        return "failed", (
            "The database is another one than that of the earlier snapshots; their last one is "
            f"{left[0].file} with history event {left[0].facts.marks.event}. To bring it back: "
            f"python -m backup restore {left[0].file}; if it may end, run: python -m webapp "
            "prepare --afresh"
        )
    found = (None if running else _snapshots_lack(at)) or _proof_lacks(at)
    if found:
        return found
    if last and running:
        return "running", (
            f"A snapshot is being taken since {clock.to_the_second(last.started_at)} "
            f"({last.reason})."
        )
    return "ok", None


def _snapshots_lack(at: Situation) -> tuple[str, str | None] | None:
    """What is wrong with the snapshots here, while none is being taken."""
    newest, last, marks = at.newest, at.attempt, at.database.marks
    if last and last.verdict == attempt.FAILED:
        return "failed", last.error
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
    return None


def _proof_lacks(at: Situation) -> tuple[str, str] | None:
    """What is wrong with the drill or the copies elsewhere; the snapshots here are good."""
    if at.drill and at.drill.verdict == FAILED:
        return "undrilled", (
            f"The restore drill of {clock.to_the_second(at.drill.at)} failed: {at.drill.error}"
        )
    if schedule.drill_is_late(at.now, at.drill, at.snapshots):
        since = f" since {clock.to_the_second(at.drill.at)}" if at.drill else " yet"
        return "undrilled", (
            f"There was no restore drill{since}; see that the backup program runs, or drill by "
            "hand: python -m backup drill"
        )
    if at.copy_to:
        since_when = schedule.waits_for_a_copy_since(at.copy, at.snapshots, at.copy_to)
        if since_when and at.now - since_when > schedule.COPY_GRACE:
            why = at.copy.error if at.copy else None
            return "uncopied", (
                f"Snapshots wait since {clock.to_the_second(since_when)} to be copied to "
                f"{at.copy_to}: {why or 'no copy has been tried yet.'}"
            )
    return None


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
        "drill": _drill(at.drill, at.next_drill, at.now) if at.drill else None,
        "copy": _copy(at) if at.copy_to else None,
        "ping": ping.read(folder.path) if settings.ping_url else None,
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


def _drill(last: Outcome, next_one: datetime | None, now: datetime) -> dict[str, Any]:
    return {**_outcome(last), "next": _later(next_one, now)}


def _copy(at: Situation) -> dict[str, Any]:
    last = at.copy or Outcome(at.now, verdict="pending")
    success = last.success if last.success and last.success.to == at.copy_to else None
    return {
        "to": at.copy_to,
        **_outcome(last),
        "at": _iso(last.at if at.copy else None),
        "next_try": _later(at.next_copy, at.now),
        "copied_file": success.file if success else None,
        "copied_at": _iso(success.at if success else None),
    }


def _outcome(last: Outcome) -> dict[str, Any]:
    return {
        "file": last.file,
        "at": clock.iso(last.at),
        "verdict": last.verdict,
        "seconds": last.seconds,
        "error": last.error,
        "running_since": _iso(last.running),
    }


def _later(moment: datetime | None, now: datetime) -> str | None:
    """The moment, unless it has come: what is due or under way has no next time."""
    return _iso(moment) if moment and moment > now else None


def _iso(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None


def now(settings: Settings, folder: Folder) -> dict[str, Any]:
    """The report of this moment, found out without the scheduler."""
    return report(settings, folder, situation(settings, folder, clock.utc_now(), look(settings)))
