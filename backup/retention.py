"""Which snapshots may go: a pure rule over their times.

Kept are: everything of the last 24 hours; the newest of each of the last days that have one (today
and `days` before it); copies made before a restore for `days` days; and always the newest. Days are
counted for each history (see `lineage`) on its own, so a younger one never pushes out an older one:
what was kept of a history when it ended stays until a person deletes it.

Newer and older go by number and never by time, and days are counted, not subtracted: a clock that
jumps or a machine that was off for a month deletes nothing that the rule would have kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

ONE_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Kept:
    """A verified snapshot, as far as the rule needs to know it."""

    number: int
    taken_at: datetime
    safety_copy: bool = False
    history: str = ""


def expired(
    snapshots: Iterable[Kept], now: datetime, days: int, zone: tzinfo | None = None
) -> set[int]:
    """Numbers of the snapshots that may be deleted; days are those of `zone` (None: local)."""
    newest_first = sorted(snapshots, key=lambda one: one.number, reverse=True)
    gone = set()
    seen_of: defaultdict[str, set[date]] = defaultdict(set)
    for one in newest_first:
        day, seen = one.taken_at.astimezone(zone).date(), seen_of[one.history]
        first_of_its_day = day not in seen and len(seen) <= days
        if first_of_its_day:
            seen.add(day)
        age = abs(now - one.taken_at)  # a time in the future is a clock that was set back
        young = age <= (ONE_DAY * days if one.safety_copy else ONE_DAY)
        if not first_of_its_day and not young:
            gone.add(one.number)
    return gone
