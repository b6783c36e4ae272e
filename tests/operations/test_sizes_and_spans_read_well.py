from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.operations.words import age, size, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "under a minute"),
        (59, "under a minute"),
        (60, "1 min"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (86400, "1 d"),
        (86400 + 59, "1 d"),
        (2 * 86400 + 3 * 3600 + 240, "2 d 3 h"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_an_age_has_one() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert age(now - timedelta(hours=5, minutes=59), now) == "5 h ago"
    assert age(now - timedelta(seconds=59), now) == "just now"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (15_269_888, "15.3 MB"),
        (2_000_000_000_000, "2,000.0 GB"),
    ],
)
def test_sizes_are_decimal(count: int, words: str) -> None:
    assert size(count) == words
