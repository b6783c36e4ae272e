from __future__ import annotations

import pytest

from webapp.suggestions.calibration import ENOUGH, Calibration, in_words
from webapp.suggestions.shares import Share


def test_counts_and_interval_are_said() -> None:
    """Wilson's interval of 41 in 50, as tables have it: 0.69 to 0.90."""
    assert in_words(Share(41, 50)) == "experts agreed with 41 of 50 like this (69 % to 90 %)"


def test_suggestions_of_like_share_are_counted_together() -> None:
    shares = [0.9] * 30 + [0.3] * 25
    counted = Calibration.of(shares, [True] * 27 + [False] * 3 + [True] * 5 + [False] * 20)
    assert counted.of_share(0.95) == Share(27, 30)
    assert counted.of_share(0.21) == Share(5, 25)


def test_nothing_is_said_where_few_are_known() -> None:
    counted = Calibration.of([0.9] * (ENOUGH - 1), [True] * (ENOUGH - 1))
    assert counted.of_share(0.9) is None
    assert counted.of_share(0.01) is None


def test_it_is_read_as_it_was_written() -> None:
    counted = Calibration.of([0.9, 0.1, 0.01], [True, False, False])
    assert Calibration.of_json(counted.as_json()) == counted
    with pytest.raises(ValueError, match="classes"):
        Calibration.of_json(counted.as_json() | {"edges": [0.5]})
