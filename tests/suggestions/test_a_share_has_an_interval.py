"""Wilson's interval, against the values that Newcombe published (1998, Statistics in Medicine 17,
857-872, table I, method 3)."""

from __future__ import annotations

import pytest

from webapp.suggestions.shares import FEW, Share


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_it_is_the_published_one(count: int, total: int, low: float, high: float) -> None:
    assert Share(count, total).interval == pytest.approx((low, high), abs=5e-5)
    mirrored = Share(total - count, total).interval
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


def test_no_cases_say_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(FEW - 1, FEW - 1).few
    assert not Share(0, FEW).few


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        Share(3, 2)
