from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from backup.facts import Facts, Marks
from backup.manifest import Manifest
from backup.schedule import due, last_slot, next_slot, retry_delay, to_recheck

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SLOT = NOW.replace(hour=2)
QUARTER = timedelta(minutes=15)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAILY = "0 2 * * *"


def taken(at: datetime, event: int = 5) -> Manifest:
    return Manifest(
        file="x.db",
        number=1,
        reason="test",
        taken_at=at,
        finished_at=at,
        copy_seconds=0.0,
        bytes=1,
        sha256="",
        facts=Facts("0001", Marks(event, 1), 4096, 1, {}),
        application_version=None,
        sqlite_version="3.53.4",
        checked_at=at,
    )


def numbered(number: int, at: datetime, marks: Marks | None = None) -> Manifest:
    one = replace(taken(at), number=number, file=f"{number}.db")
    return replace(one, facts=replace(one.facts, marks=marks)) if marks else one


@pytest.mark.parametrize(
    ("newest", "marks", "expected"),
    [
        (None, None, None),
        (None, Marks(0, 0), "first snapshot"),
        (taken(NOW - timedelta(hours=1)), Marks(5, 1), None),
        (taken(NOW - QUARTER), Marks(6, 1), "changes"),
        (taken(NOW - QUARTER), Marks(5, 2), "changes"),
        (taken(NOW - QUARTER), Marks(4, 1), "changes"),  # an older snapshot was brought back
        (taken(NOW - QUARTER + timedelta(seconds=1)), Marks(6, 1), None),
        (taken(SLOT - timedelta(hours=1)), Marks(5, 1), "missed slot"),
        (taken(NOW + timedelta(days=400)), Marks(5, 1), "the clock was set back"),
        (taken(SLOT - timedelta(hours=1)), None, None),
    ],
)
def test_reasons(newest: Manifest | None, marks: Marks | None, expected: str | None) -> None:
    assert due(NOW, newest, marks, SLOT, QUARTER) == expected


def test_in_time_it_is_the_schedule() -> None:
    now = SLOT + timedelta(seconds=2)
    assert due(now, taken(SLOT - QUARTER), Marks(5, 1), SLOT, QUARTER) == "schedule"


def test_after_a_failure_it_is_another_try() -> None:
    newest = taken(NOW - timedelta(minutes=1))
    assert due(NOW, newest, Marks(5, 1), SLOT, QUARTER, failed=True) == "another try"


def test_slots_are_in_local_time() -> None:
    assert last_slot(DAILY, NOW, AMSTERDAM) == datetime(2026, 3, 10, 1, tzinfo=UTC)
    assert next_slot(DAILY, NOW, AMSTERDAM) == datetime(2026, 3, 11, 1, tzinfo=UTC)
    assert last_slot(DAILY, SLOT, UTC) == SLOT, "a slot of this very moment has come"


def test_every_day_of_a_year_has_one_slot() -> None:
    # 02:30 does not exist on 29 March and exists twice on 25 October.
    now, slots = datetime(2026, 1, 1, tzinfo=UTC), []
    while now.year == 2026:
        now = next_slot("30 2 * * *", now, AMSTERDAM)
        slots.append(now)
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert len(slots) == 366
    assert {gap.total_seconds() / 3600 for gap in gaps} <= {23, 24, 25}


def test_forwards_and_backwards_agree_through_the_changes_of_the_clock() -> None:
    for start in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        for minute in range(0, 3 * 24 * 60, 7):
            now = start + timedelta(minutes=minute)
            before, after = (slot("30 2 * * *", now, AMSTERDAM) for slot in (last_slot, next_slot))
            assert before <= now < after
            assert timedelta(hours=22) < after - before < timedelta(hours=26)


def test_retries_wait_longer_and_longer_but_not_for_ever() -> None:
    delays = [retry_delay(failures, QUARTER).total_seconds() for failures in range(1, 9)]
    assert delays == [15, 30, 60, 120, 240, 480, 900, 900]
    assert retry_delay(1000, QUARTER) == QUARTER
    assert retry_delay(3, QUARTER, timedelta(seconds=1)).total_seconds() == 4


def test_each_is_checked_again_once_a_day_the_longest_unchecked_first() -> None:
    old, older = taken(NOW - timedelta(hours=25)), taken(NOW - timedelta(hours=30))
    fresh, damaged = taken(NOW), older.checked(older.checked_at, "spoiled")
    assert to_recheck([fresh, old, older, damaged], NOW) == older
    assert to_recheck([fresh, old], NOW) == old
    assert to_recheck([fresh, damaged], NOW) is None
