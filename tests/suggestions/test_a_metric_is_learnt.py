"""The learnt metric finds what cosines cannot: which process a kind of Key Event is about."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from webapp.suggestions import metric
from webapp.suggestions.metric import Metric

DIMENSIONS = 40
CHANCE = np.random.default_rng(7)


def unit(rows: int) -> NDArray[np.float32]:
    vectors = CHANCE.normal(size=(rows, DIMENSIONS))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


def lists(turn: NDArray[np.float32]) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
    """Sixty Key Events with ten names each; the first name is the Key Event, turned."""
    key_events = unit(60)
    turned = [np.concatenate([[one @ turn], unit(9)]).astype(np.float32) for one in key_events]
    return key_events, turned


def test_it_ranks_lists_that_it_never_saw() -> None:
    turn = np.linalg.qr(CHANCE.normal(size=(DIMENSIONS, DIMENSIONS)))[0].astype(np.float32)
    key_events, names = lists(turn)
    first = [np.arange(10) == 0 for _ in names]
    even = [np.ones(10, dtype=np.float32) for _ in names]
    none = [np.zeros(10, dtype=np.float32) for _ in names]
    learnt = Metric.of(metric.learn(key_events, names, first, even, none))
    others, theirs = lists(turn)
    by_cosine = [int(np.argmax(found @ one)) for one, found in zip(others, theirs, strict=True)]
    by_metric = [
        int(np.argmax(learnt.scores(one, found))) for one, found in zip(others, theirs, strict=True)
    ]
    assert by_metric.count(0) > 40 > 20 > by_cosine.count(0)


def test_it_is_the_same_when_read_again() -> None:
    made = Metric.of(CHANCE.normal(size=(DIMENSIONS, DIMENSIONS)).astype(np.float32))
    read = Metric.of_json(made.as_json())
    assert np.array_equal(made.left, read.left)
    assert np.array_equal(made.right, read.right)
    assert made.left.shape == (DIMENSIONS, metric.RANK)


def test_sides_of_another_size_are_refused() -> None:
    made = Metric.of(np.eye(DIMENSIONS, dtype=np.float32)).as_json()
    other = Metric.of(np.eye(DIMENSIONS + 1, dtype=np.float32)).as_json()
    with pytest.raises(ValueError, match="do not belong together"):
        Metric.of_json({"left": made["left"], "right": other["right"]})
