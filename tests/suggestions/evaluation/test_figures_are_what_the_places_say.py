"""Places, means and intervals against numbers that were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.suggestions.evaluation.metrics import (
    MEASURES,
    NOWHERE,
    Bootstrap,
    places,
    tabulate,
    values_of,
)

ALL = np.ones(5, dtype=np.bool_)


def test_ties_count_against_the_ranker() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1], dtype=np.float32)
    assert places(scores, [0, 2, 4], ALL).tolist() == [1, 4, 5]


def test_the_last_bits_of_a_score_break_no_tie() -> None:
    score = np.float32(0.7)
    above, below = np.nextafter(score, np.float32(1)), np.nextafter(score, np.float32(0))
    scores = np.array([above, score, below, 0.69, 0.71], dtype=np.float32)
    assert places(scores, [0, 1, 2, 3], ALL).tolist() == [4, 4, 4, 5]


def test_a_constant_ranker_puts_everything_last() -> None:
    assert places(np.zeros(5, dtype=np.float32), [0, 4], ALL).tolist() == [5, 5]


def test_what_is_no_number_comes_last() -> None:
    scores = np.array([np.nan, 0.5, -np.inf, 0.1, np.nan], dtype=np.float32)
    assert places(scores, [0, 1, 3], ALL).tolist() == [5, 1, 2]


def test_who_does_not_compete_takes_no_place() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5], dtype=np.float32)
    candidates = np.array([False, True, False, True, True])
    assert places(scores, [3, 1, None], candidates).tolist() == [2, 1, NOWHERE]


def test_scores_of_another_number_of_targets_are_refused() -> None:
    with pytest.raises(ValueError, match="5 targets were to be scored"):
        places(np.zeros(4, dtype=np.float32), [0], ALL)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([1.0], (1, 1, 1, 1, 1, 1)),
        ([4.0, 30.0], (1 / 4, 0, 0, 1, 1, 1 / 2)),
        ([10.0, 20.0, 21.0], (1 / 10, 0, 0, 0, 1, 2 / 3)),
        ([NOWHERE], (0, 0, 0, 0, 0, 0)),
        ([NOWHERE, 2.0], (1 / 2, 0, 1, 1, 1, 1 / 2)),
    ],
)
def test_the_best_place_counts_and_recall_looks_at_all(
    found: list[float], expected: tuple[float, ...]
) -> None:
    assert values_of(np.array(found)) == pytest.approx(expected)


def test_the_interval_is_that_of_a_proportion() -> None:
    values = np.zeros((400, len(MEASURES)))
    values[:100] = 1
    figures = Bootstrap(400, seed=0).figures(values)
    assert figures.means["mrr"] == 0.25
    spread = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert figures.intervals["mrr"] == pytest.approx((0.25 - spread, 0.25 + spread), abs=0.005)


def test_a_paired_interval_is_narrower_than_its_two_rankers() -> None:
    worse = np.repeat(np.random.default_rng(1).random((50, 1)), len(MEASURES), axis=1)
    table = tabulate({"a": worse + 0.1, "b": worse}, "a", np.ones(50, dtype=np.bool_), seed=3)
    assert table.against["b"].differences["mrr"] == pytest.approx(0.1)
    assert table.against["b"].intervals["mrr"] == pytest.approx((0.1, 0.1))
    low, high = table.figures["b"].intervals["mrr"]
    assert high - low > 0.1
    again = tabulate({"a": worse + 0.1, "b": worse}, "a", np.ones(50, dtype=np.bool_), seed=3)
    assert again == table
