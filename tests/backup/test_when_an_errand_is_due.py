from __future__ import annotations

from datetime import timedelta

import pytest

from backup.manifest import Manifest
from backup.outcome import COPIED, FAILED, PASSED, Outcome, Success
from backup.schedule import (
    drill_is_late,
    errand_delay,
    next_copy,
    next_drill,
    waits_for_a_copy_since,
)
from tests.backup.test_when_a_snapshot_is_due import NOW, numbered, taken

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FRESH = taken(NOW - MINUTE)
OLD = taken(NOW - 9 * DAY)


def outcome(verdict: str, ago: timedelta, failures: int = 0) -> Outcome:
    return Outcome(NOW - ago, verdict, failures=failures)


@pytest.mark.parametrize(
    ("last", "snapshots", "expected"),
    [
        (None, [], None),
        (None, [FRESH.checked(NOW, "spoiled")], None),
        (None, [FRESH], NOW + 4 * MINUTE),
        (None, [FRESH, OLD], NOW - 9 * DAY + 5 * MINUTE),
        (outcome(PASSED, DAY), [FRESH], NOW + 6 * DAY),
        (outcome(FAILED, MINUTE, 1), [FRESH], NOW),
        (outcome(FAILED, MINUTE, 3), [FRESH], NOW + 3 * MINUTE),
        (outcome(PASSED, -DAY), [FRESH], NOW),  # the clock was set back
    ],
)
def test_drills(last: Outcome | None, snapshots: list[Manifest], expected: object) -> None:
    assert next_drill(NOW, last, snapshots) == expected


def test_a_drill_is_late_after_a_week_and_a_day() -> None:
    assert not drill_is_late(NOW, outcome(PASSED, 8 * DAY - MINUTE), [FRESH])
    assert drill_is_late(NOW, outcome(PASSED, 8 * DAY + MINUTE), [FRESH])
    assert not drill_is_late(NOW, None, [FRESH])
    assert drill_is_late(NOW, None, [OLD])


def test_failures_wait_longer_and_longer_but_not_for_ever() -> None:
    minutes = [errand_delay(failures).total_seconds() / 60 for failures in range(1, 9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert errand_delay(1000) == timedelta(hours=1)


def copied(number: int, verdict: str = COPIED, failures: int = 0) -> Outcome:
    success = Success("x.db", number, NOW - MINUTE, "/share")
    return Outcome(NOW - MINUTE, verdict, failures=failures, success=success)


@pytest.mark.parametrize(
    ("last", "to", "expected"),
    [
        (None, "/share", NOW),
        (copied(3), "/share", None),
        (copied(2), "/share", NOW),
        (copied(3), "/another", NOW),
        (copied(2, FAILED, 1), "/share", NOW),
        (copied(2, FAILED, 2), "/share", NOW + MINUTE),
        (copied(3, FAILED, 2), "/share", None),
    ],
)
def test_copies(last: Outcome | None, to: str, expected: object) -> None:
    snapshots = [numbered(3, NOW), numbered(2, NOW - DAY), numbered(1, NOW - 2 * DAY)]
    assert next_copy(NOW, last, snapshots, to) == expected


def test_a_damaged_snapshot_is_not_waited_for() -> None:
    damaged = numbered(3, NOW).checked(NOW, "spoiled")
    assert next_copy(NOW, copied(2), [damaged, numbered(2, NOW)], "/share") is None


def test_since_when_snapshots_wait() -> None:
    snapshots = [numbered(3, NOW), numbered(2, NOW - DAY), numbered(1, NOW - 2 * DAY)]
    assert waits_for_a_copy_since(copied(3), snapshots, "/share") is None
    assert waits_for_a_copy_since(copied(1), snapshots, "/share") == NOW - DAY
    assert waits_for_a_copy_since(None, snapshots, "/share") == NOW - 2 * DAY
