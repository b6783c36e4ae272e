"""The reliability that an evaluation keeps: predicted by other Key Events, agreed by experts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.calibration import Calibration
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.gold import Gold
from webapp.suggestions.evaluation.measure import Taught
from webapp.suggestions.evaluation.predicted import reliability
from webapp.suggestions.index import Index, ResourceIndex
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.pool import Pools
from webapp.suggestions.reliability import bins_of

KEY_EVENTS = range(60)
WRONG = 6
"""Experts of every sixth Key Event chose the second target."""


def contest() -> Contest:
    """Sixty Key Events whose pools are the same two targets."""
    count = len(KEY_EVENTS)
    pools = Pools(
        ("title",),
        np.arange(0, 2 * count + 1, 2),
        np.tile(np.arange(2, dtype=np.int32), count),
        np.tile(np.arange(1, 3, dtype=np.int32), count),
        np.zeros((2 * count, 1), dtype=np.float16),
    )
    names = ["GO:A", "GO:B", "GO:C"]
    part = ResourceIndex(names, LexicalIndex.build(names), None, pools)
    rows = {number: number for number in KEY_EVENTS}
    index = Index("g", "1", None, "", {}, {"go_bp": part}, rows, None, [])
    return Contest("go_bp", index, {}, {}, {}, np.ones(3, dtype=np.bool_))


def score(number: int) -> NDArray[np.float32]:
    return np.array([3, 0, -5], dtype=np.float32)


GOLD = Gold("x", "0", {n: ("GO:A",) if n % WRONG else ("GO:B",) for n in KEY_EVENTS}, unusable=())


def taught(folds: int, unseen: bool = True) -> Taught:
    return Taught(
        scorers=dict.fromkeys(KEY_EVENTS, score),
        unseen_concept=dict.fromkeys(KEY_EVENTS, unseen),
        unseen_targets=None,
        folds=folds,
        parts={number: number % 2 for number in KEY_EVENTS} if folds else {},
    )


def test_cross_validated_the_other_parts_predict() -> None:
    """All wrong ones are in one part, so each part is predicted by what was not its own."""
    low, high = bins_of({"reliability": reliability(contest(), GOLD, taught(2), None)})
    assert (high.agreed.count, high.agreed.total) == (50, 60)
    assert (low.agreed.count, low.agreed.total) == (10, 60)
    assert high.predicted == round((1 + 20 / 30) / 2, 4)


def test_as_it_serves_the_model_predicts() -> None:
    calibration = Calibration.of([0.95] * 40, [True] * 10 + [False] * 30)
    (only,) = reliability(contest(), GOLD, taught(0), calibration)
    assert only == {"predicted": 0.25, "agreed": 50, "shown": 60}


def test_concepts_that_taught_the_model_are_not_asked() -> None:
    calibration = Calibration.of([0.95] * 40, [True] * 40)
    assert reliability(contest(), GOLD, taught(0, unseen=False), calibration) == []
