"""Snapshots on a strip of days: where each mark stands, in per cent of the width.

Today is the last day but one, so that the next snapshot has a place. Days are those of UTC, as all
times on the pages are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.operations.snapshots import Snapshot

DAYS = 8
"""Seven days up to today, and tomorrow."""


@dataclass(frozen=True)
class Mark:
    """One mark: `kind` is verified, damaged, failed or next; `x` from 0 to 100."""

    kind: str
    x: float
    at: datetime
    name: str


@dataclass(frozen=True)
class Strip:
    """The days with the middle of each, the marks in order of time, and where now is."""

    days: list[tuple[float, datetime]]
    marks: list[Mark]
    now: float


def strip(
    snapshots: Iterable[Snapshot],
    now: datetime,
    upcoming: datetime | None = None,
    failed: datetime | None = None,
) -> Strip:
    """Lay out what lies on the strip; `failed` is the last attempt where it came to nothing."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 2)

    def x(at: datetime) -> float:
        return round((at - start) / timedelta(days=DAYS) * 100, 2)

    marks = [
        Mark("verified" if one.verified else "damaged", x(one.taken_at), one.taken_at, one.file)
        for one in snapshots
    ]
    if failed:
        marks.append(Mark("failed", x(failed), failed, "failed attempt"))
    if upcoming:
        marks.append(Mark("next", x(upcoming), upcoming, "next snapshot"))
    days = [start + timedelta(days=number) for number in range(DAYS)]
    return Strip(
        days=[(x(day + timedelta(hours=12)), day) for day in days],
        marks=sorted((one for one in marks if 0 <= one.x <= 100), key=lambda one: one.at),
        now=x(now),
    )
