"""With the default settings, whatever people do and whenever: fifteen minutes and a look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backup.facts import Marks
from backup.manifest import Manifest
from backup.schedule import due, last_slot
from backup.settings import load_settings
from tests.backup.test_when_a_snapshot_is_due import numbered

DEFAULTS = load_settings({}, env_file=None)
BEGIN = datetime(2026, 3, 28, 20, tzinfo=UTC)
LOOK = timedelta(seconds=30)
"""Between two looks of the scheduler, here; really two seconds."""

DECISIONS = st.lists(st.integers(0, 12 * 3600), min_size=1, max_size=40).map(
    lambda seconds: sorted(BEGIN + timedelta(seconds=one) for one in seconds)
)


@settings(database=None, deadline=None, max_examples=60)
@given(DECISIONS)
def test_each_is_in_a_snapshot_in_time(decisions: list[datetime]) -> None:
    saved: list[Manifest] = []
    now = BEGIN
    while now < decisions[-1] + timedelta(minutes=20):
        marks = Marks(event=sum(at <= now for at in decisions), release=1)
        newest = saved[-1] if saved else None
        slot = last_slot(DEFAULTS.schedule, now, UTC)
        if due(now, newest, marks, slot, DEFAULTS.min_interval):
            saved.append(numbered(len(saved) + 1, now, marks))
        now += LOOK
    for number, at in enumerate(decisions, 1):
        first = next(one for one in saved if one.facts.marks.event >= number)
        assert first.taken_at - at <= DEFAULTS.min_interval + LOOK
    # Nor is there one for nothing: the first, those of changes, and one a night.
    assert len(saved) <= 1 + len(decisions) + 2


def test_nothing_but_history_and_releases_is_a_change() -> None:
    newest = numbered(1, BEGIN, Marks(7, 2))
    later = BEGIN + timedelta(hours=5)
    slot = last_slot(DEFAULTS.schedule, later, UTC)
    assert due(later, newest, Marks(7, 2), slot, DEFAULTS.min_interval) is None
    assert due(later, newest, Marks(8, 2), slot, DEFAULTS.min_interval) == "changes"
    assert due(later, newest, Marks(7, 3), slot, DEFAULTS.min_interval) == "changes"
