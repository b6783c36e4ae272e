"""Weights from labelled lists: NumPy alone, the same each time, and never from what is tested."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.suggestions.fusion import COLD, WARM, Model, ModelUnusable, shipped_model
from webapp.suggestions.memory import COLUMNS as REMEMBERED
from webapp.suggestions.signals import COLUMNS
from webapp.suggestions.training import Lesson, weights_from

NAMES = ("tells", "noise", "misleads")


def lists(seed: int = 0, count: int = 40) -> list[Lesson]:
    """In each list the chosen target has the most of the first value and little of the last."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        values = random.normal(size=(12, 3)).astype(np.float32)
        chosen = np.zeros(12, dtype=np.bool_)
        chosen[np.argmax(values[:, 0] - values[:, 2])] = True
        made.append(Lesson("go_bp", number, np.arange(12, dtype=np.int32), values, chosen))
    return made


def test_what_tells_gets_weight_and_what_misleads_the_opposite() -> None:
    weights = weights_from(lists(), NAMES)
    assert weights["tells"] > 4 * abs(weights["noise"])
    assert weights["misleads"] < -4 * abs(weights["noise"])


def test_the_same_lists_give_the_same_weights() -> None:
    assert weights_from(lists(), NAMES) == weights_from(lists(), NAMES)


def test_nothing_is_learnt_from_lists_without_a_chosen_target() -> None:
    none = [
        Lesson(one.resource, one.number, one.rows, one.values, np.zeros(12, dtype=np.bool_))
        for one in lists()
    ]
    assert set(weights_from(none, NAMES).values()) == {0.0}


def test_the_shipped_weights_know_every_signal() -> None:
    model = shipped_model()
    assert len(model.vector(COLD, COLUMNS)) == len(COLUMNS)
    assert len(model.vector(WARM, (*COLUMNS, *REMEMBERED))) == len(COLUMNS) + len(REMEMBERED)
    assert Model.of_json(model.as_json()).weights == model.weights


def test_a_signal_that_a_model_does_not_know_is_named() -> None:
    with pytest.raises(ModelUnusable, match="astrology"):
        shipped_model().vector(COLD, ("title", "astrology"))


def test_a_file_that_is_no_model_is_refused() -> None:
    with pytest.raises(ModelUnusable, match="damaged"):
        Model.of_json({"version": "1"})
