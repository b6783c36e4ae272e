from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webapp.operations.snapshots import Snapshot
from webapp.operations.strip import DAYS, strip

NOW = datetime(2026, 3, 8, 18, tzinfo=UTC)


def taken(at: datetime, verified: bool = True) -> Snapshot:
    return Snapshot("x.db", 1, at, at, 1, "0002", "scheduled", verified, None)


def test_today_is_the_last_day_but_one_and_a_day_is_an_eighth() -> None:
    made = strip([], NOW)
    assert [day.day for _, day in made.days] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [x for x, _ in made.days] == [(2 * number + 1) * 50 / DAYS for number in range(DAYS)]
    assert made.now == 84.38  # six days and three quarters of a day of eight


def test_marks_stand_where_their_time_is_and_in_its_order() -> None:
    made = strip(
        [
            taken(NOW),
            taken(NOW - timedelta(days=6, hours=18)),
            taken(NOW - timedelta(days=3), False),
        ],
        NOW,
        upcoming=NOW + timedelta(hours=8),
        failed=NOW - timedelta(hours=1),
    )
    assert [(mark.kind, mark.x) for mark in made.marks] == [
        ("verified", 0),
        ("damaged", 46.88),
        ("failed", 83.85),
        ("verified", 84.38),
        ("next", 88.54),
    ]


def test_what_is_older_or_later_is_left_to_the_list() -> None:
    made = strip([taken(NOW - timedelta(days=7))], NOW, upcoming=NOW + timedelta(days=3))
    assert made.marks == []
