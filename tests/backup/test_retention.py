from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backup import retention
from backup.retention import Kept, expired
from tests.backup.installation import Installation

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)  # two days after the change to summer time

# Times go anywhere: gaps, jumps of the clock forwards and backwards, the hour of a change.
MOMENTS = st.datetimes(
    NOW.replace(month=1, tzinfo=None), NOW.replace(month=12, tzinfo=None), timezones=st.just(UTC)
) | st.integers(-60 * 24 * 12, 60 * 24 * 2).map(lambda minutes: NOW + timedelta(minutes=minutes))
HISTORIES = st.lists(st.tuples(MOMENTS, st.booleans()), max_size=60).map(
    lambda rows: [Kept(number, at, safety) for number, (at, safety) in enumerate(rows, 1)]
)
DAYS = st.integers(1, 10)


def day(one: Kept) -> object:
    return one.taken_at.astimezone(AMSTERDAM).date()


@settings(database=None, deadline=None)
@given(HISTORIES, MOMENTS, DAYS)
def test_whatever_the_history_and_the_clock(history: list[Kept], now: datetime, days: int) -> None:
    gone = expired(history, now, days, AMSTERDAM)
    kept = [one for one in history if one.number not in gone]
    if history:
        assert history[-1] in kept, "the newest is never deleted"
    for one in history:
        if abs(now - one.taken_at) <= timedelta(hours=24):
            assert one in kept, "nothing of the last day is deleted"
        if one.safety_copy and abs(now - one.taken_at) <= timedelta(days=days):
            assert one in kept, "safety copies are kept for the retention's days"
    seen: list[object] = []
    for one in reversed(history):
        if day(one) not in seen:
            seen.append(day(one))
            if len(seen) <= days + 1:
                assert one in kept, "the newest of each of the last days is kept"
    old = [
        one
        for one in kept
        if abs(now - one.taken_at) > timedelta(days=days) or not one.safety_copy
        if abs(now - one.taken_at) > timedelta(hours=24)
    ]
    assert len(old) <= days + 1, "nothing else is"


@settings(database=None, deadline=None)
@given(HISTORIES, MOMENTS, DAYS)
def test_doing_it_twice_deletes_no_more(history: list[Kept], now: datetime, days: int) -> None:
    gone = expired(history, now, days, AMSTERDAM)
    left = [one for one in history if one.number not in gone]
    assert expired(left, now, days, AMSTERDAM) == set()


@settings(database=None, deadline=None)
@given(HISTORIES, st.lists(st.sampled_from("abc"), min_size=60, max_size=60), MOMENTS, DAYS)
def test_no_history_pushes_out_another(
    rows: list[Kept], names: list[str], now: datetime, days: int
) -> None:
    mixed = [replace(one, history=name) for one, name in zip(rows, names, strict=False)]
    gone = expired(mixed, now, days, AMSTERDAM)
    for name in set(names):
        alone = [one for one in mixed if one.history == name]
        assert {one.number for one in alone} & gone == expired(alone, now, days, AMSTERDAM)
        assert not alone or alone[-1].number not in gone, "the newest of each history stays"


def test_what_was_kept_of_a_lost_history_outlives_years_of_a_younger_one() -> None:
    old = [Kept(n, NOW - timedelta(days=8 - n), history="old") for n in range(1, 9)]
    young = [Kept(8 + n, NOW + timedelta(days=n), history="young") for n in range(1, 800)]
    gone = expired([*old, *young], NOW + timedelta(days=800), 7, AMSTERDAM)
    assert not gone & {one.number for one in old}
    assert len(young) - len(gone) == 8


def test_a_month_of_daily_and_hourly_ones() -> None:
    hours = [NOW - timedelta(hours=hour) for hour in range(24 * 30, -1, -1)]
    history = [Kept(number, at) for number, at in enumerate(hours, 1)]
    gone = expired(history, NOW, 7, AMSTERDAM)
    kept = [one for one in history if one.number not in gone]
    assert sum(NOW - one.taken_at <= timedelta(hours=24) for one in kept) == 25
    days = {day(one) for one in kept}
    assert len(days) == 8
    assert min(one.taken_at for one in kept).astimezone(AMSTERDAM).hour == 23


def test_a_clock_that_jumped_years_ahead_keeps_the_days_before() -> None:
    history = [Kept(n, NOW - timedelta(days=8 - n)) for n in range(1, 9)]
    future = NOW.replace(year=2040)
    gone = expired([*history, Kept(9, future)], future, 7, UTC)
    assert gone == {1}


def test_a_clock_set_back_lets_the_days_of_the_future_go() -> None:
    future = [Kept(n, NOW.replace(year=2040) + timedelta(days=n)) for n in range(1, 9)]
    today = [Kept(20 + n, NOW - timedelta(days=8 - n)) for n in range(1, 9)]
    assert expired([*future, *today], NOW, 7, UTC) == set(range(1, 9))


def test_the_command_names_first_and_deletes_then(installation: Installation) -> None:
    made = [installation.take() for _ in range(4)]
    folder = installation.folder
    for age, one in enumerate(reversed(made)):
        at = one.taken_at - timedelta(days=age)
        folder.write(type(one)(**{**vars(one), "taken_at": at}))
    dry = installation.run("prune", "--dry-run", BACKUP_RETENTION_DAYS="1")
    assert dry.returncode == 0
    # The oldest two are of days that a retention of one day no longer reaches.
    expected = [made[1].file, made[0].file]
    assert dry.stdout.splitlines()[:-1] == [f"Would delete {name}" for name in expected]
    assert len(installation.folder.snapshots()) == 4
    done = installation.run("prune", BACKUP_RETENTION_DAYS="1")
    assert done.stdout.splitlines()[:-1] == [f"Deleted {name}" for name in expected]
    assert [one.file for one in installation.folder.snapshots()] == [made[3].file, made[2].file]
    assert len(installation.files()) == 4


def test_a_damaged_one_is_neither_counted_nor_deleted(installation: Installation) -> None:
    made = [installation.take() for _ in range(2)]
    old = made[0].taken_at - timedelta(days=100)
    folder = installation.folder
    folder.write(type(made[0])(**{**vars(made[0]), "taken_at": old}).checked(old, "spoiled"))
    assert "0 snapshots deleted" in installation.run("prune").stdout
    assert len(installation.folder.snapshots()) == 2
    assert retention.expired([], NOW, 7) == set()
