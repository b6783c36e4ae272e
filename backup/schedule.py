"""When a snapshot, a drill, a copy elsewhere is due: pure decisions over times and marks.

Cron lines are read in local time (the container's TZ), all else is UTC. A wall-clock time that the
change to summer time skips comes an hour later; one that occurs twice in autumn counts once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim

from backup.facts import Marks
from backup.manifest import Manifest
from backup.outcome import FAILED, Outcome

GRACE = timedelta(minutes=5)
"""How long after its slot a snapshot is still in time; it also has to be taken."""

FIRST_RETRY = timedelta(seconds=15)
RECHECK = timedelta(hours=24)

DRILL_EVERY = timedelta(days=7)
FIRST_DRILL = timedelta(minutes=5)
"""After the first snapshot: the application starts just then."""
DRILL_GRACE = timedelta(days=1)
"""How long a drill may wait before somebody should look."""

COPY_GRACE = timedelta(hours=1)
"""How long a snapshot may wait to be copied elsewhere before somebody should look."""

FIRST_ERRAND_RETRY = timedelta(minutes=1)
LAST_ERRAND_RETRY = timedelta(hours=1)


def last_slot(line: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The newest moment of the cron line that has come; `zone` None means local time."""
    return _slot(line, now, zone, backwards=True)


def next_slot(line: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The next moment of the cron line."""
    return _slot(line, now, zone, backwards=False)


def _slot(line: str, now: datetime, zone: tzinfo | None, *, backwards: bool) -> datetime:
    # Wall-clock time skips or repeats an hour when the clock is changed: start an hour too far and
    # go by what each slot really is. A microsecond more, as a slot at exactly now has come.
    beyond = timedelta(hours=1, microseconds=1) if backwards else -timedelta(hours=1)
    wall = now.astimezone(zone).replace(tzinfo=None, fold=0) + beyond
    for slot in CronSim(line, wall, reverse=backwards):
        moment = (slot.replace(tzinfo=zone) if zone else slot).astimezone(UTC)
        if (moment <= now) is backwards:
            return moment
    raise ValueError(f"The cron line {line!r} never comes true.")


def due(
    now: datetime,
    newest: Manifest | None,
    marks: Marks | None,
    slot: datetime,
    interval: timedelta,
    *,
    failed: bool = False,
) -> str | None:
    """Why a snapshot is due now, or None.

    `newest` is the newest verified one, `marks` are those of the database (None: there is none),
    `slot` is the last one that has come, `failed` says whether the last attempt did. The interval
    counts from the moment that the newest one holds, so nothing acknowledged is older than that and
    in one file only.
    """
    if marks is None:
        return None
    if newest is None:
        return "first snapshot"
    if failed:
        return "another try"
    if newest.taken_at > now + timedelta(seconds=5):
        return "the clock was set back"
    if newest.taken_at < slot:
        return "schedule" if now - slot <= GRACE else "missed slot"
    if marks != newest.facts.marks and now - newest.taken_at >= interval:
        return "changes"
    return None


def retry_delay(failures: int, interval: timedelta, first: timedelta = FIRST_RETRY) -> timedelta:
    """How long to wait after so many failures in a row: doubled each time, up to `interval`."""
    factor: int = 2 ** min(failures - 1, 20)
    return min(interval, first * factor)


def to_recheck(snapshots: list[Manifest], now: datetime) -> Manifest | None:
    """The verified snapshot whose bytes were not compared for the longest time, if over a day."""
    old = [one for one in snapshots if one.verified and abs(now - one.checked_at) >= RECHECK]
    return min(old, key=lambda one: one.checked_at, default=None)


def errand_delay(failures: int) -> timedelta:
    """How long a drill or a copy waits after so many failures in a row: doubled up to an hour."""
    return retry_delay(failures, LAST_ERRAND_RETRY, FIRST_ERRAND_RETRY)


def next_drill(now: datetime, last: Outcome | None, snapshots: list[Manifest]) -> datetime | None:
    """When the next drill is due; None while there is no verified snapshot."""
    first = _first_verified(snapshots)
    if first is None:
        return None
    if last is None:
        return first + FIRST_DRILL
    if last.at > now:  # the clock was set back
        return now
    return last.at + (errand_delay(last.failures) if last.verdict == FAILED else DRILL_EVERY)


def drill_is_late(now: datetime, last: Outcome | None, snapshots: list[Manifest]) -> bool:
    """Whether the drill has waited for longer than it should."""
    wanted = next_drill(now, last, snapshots)
    return wanted is not None and now - wanted > DRILL_GRACE


def next_copy(
    now: datetime, last: Outcome | None, snapshots: list[Manifest], to: str
) -> datetime | None:
    """When the next copy to the place `to` is due; None where it has the newest snapshot."""
    if not _uncopied(last, snapshots, to):
        return None
    if last and last.verdict == FAILED and last.at <= now:
        return last.at + errand_delay(last.failures)
    return now


def waits_for_a_copy_since(
    last: Outcome | None, snapshots: list[Manifest], to: str
) -> datetime | None:
    """Since when there is a verified snapshot that is newer than the newest copy."""
    return min((one.finished_at for one in _uncopied(last, snapshots, to)), default=None)


def _uncopied(last: Outcome | None, snapshots: list[Manifest], to: str) -> list[Manifest]:
    copied = last.success.number if last and last.success and last.success.to == to else 0
    return [one for one in snapshots if one.verified and one.number > copied]


def _first_verified(snapshots: list[Manifest]) -> datetime | None:
    return min((one.finished_at for one in snapshots if one.verified), default=None)
