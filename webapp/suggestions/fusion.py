"""Fusion: one weighted sum of all signals, with weights that were learnt from expert pairs.

The same weights serve every resource, also one without labels, because signals are made to mean
the same everywhere. There are two sets: `cold` without memory, `warm` with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import memory
from webapp.suggestions.calibration import Calibration
from webapp.suggestions.memory import Memory
from webapp.suggestions.pool import Pooled
from webapp.suggestions.seen import Seen

SHIPPED = "fusion-1.json"
WARM_FROM = 30
"""Approved pairs of a resource from which on memory is trusted; fewer are used by nobody."""
COLD, WARM = "cold", "warm"


class ModelUnusable(RuntimeError):
    """A model does not fit the signals of the index; its text says why."""


@dataclass(frozen=True)
class Model:
    """Weights by column, and what is known of how well they do."""

    version: str
    made_at: str
    trained_on: Mapping[str, Any]
    """Source, licence, and numbers of Key Events and pairs by resource."""
    weights: Mapping[str, Mapping[str, float]]
    """`cold` and `warm`: column → weight."""
    figures: Mapping[str, Mapping[str, Mapping[str, float]]]
    """State → resource → measure, by grouped cross-validation."""
    calibration: Mapping[str, Calibration]
    """By `STATE/RESOURCE`, from predictions for pairs that were not trained on."""
    seen: Seen
    """Stands for the concepts whose pairs made the weights."""

    def vector(self, state: str, columns: Sequence[str]) -> NDArray[np.float32]:
        """The weights in the order of `columns`; raises `ModelUnusable` where any is missing."""
        weights = self.weights[state]
        missing = [column for column in columns if column not in weights]
        if missing:
            raise ModelUnusable(f"the ranker {self.version} knows no signal {', '.join(missing)}")
        return np.array([weights[column] for column in columns], dtype=np.float32)

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {
            "version": self.version,
            "made_at": self.made_at,
            "trained_on": dict(self.trained_on),
            "figures": self.figures,
            "weights": self.weights,
            "calibration": {name: one.as_json() for name, one in self.calibration.items()},
            "seen": self.seen.as_json(),
        }

    @classmethod
    def of_json(cls, read: Mapping[str, Any]) -> Model:
        """Raises `ModelUnusable` where it is not a model."""
        try:
            return cls(
                version=str(read["version"]),
                made_at=str(read["made_at"]),
                trained_on=read["trained_on"],
                weights={state: dict(read["weights"][state]) for state in (COLD, WARM)},
                figures=read["figures"],
                calibration={
                    name: Calibration.of_json(one) for name, one in read["calibration"].items()
                },
                seen=Seen.of_json(read["seen"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelUnusable(f"the ranker's file is damaged ({error!r})") from error


def require_same_encoder(model: Model, encoder: str) -> None:
    """Raise `ModelUnusable` where a model was not trained with vectors of this encoder.

    Cosines of another encoder have another scale.
    """
    own = str(model.trained_on["encoder"])
    if encoder.partition("@")[0] != own.partition("@")[0]:
        raise ModelUnusable(f"the ranker {model.version} was trained with {own}, not {encoder}")


@cache
def shipped_model() -> Model:
    """The model that comes with the program."""
    file = files("webapp.suggestions").joinpath("shipped", SHIPPED)
    return Model.of_json(json.loads(file.read_text(encoding="utf-8")))


def state_of(known: Memory | None) -> str:
    """Which of the two sets of weights serves."""
    return WARM if known is not None and len(known) >= WARM_FROM else COLD


def evidence_of(
    number: int, pooled: Pooled, columns: Sequence[str], known: Memory | None
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """All values of a pool (targets, columns), with those of memory where it serves."""
    if known is None or state_of(known) == COLD:
        return pooled.values, tuple(columns)
    values = np.concatenate([pooled.values, known.values(number, pooled.rows)], axis=1)
    return values, (*columns, *memory.COLUMNS)


def fused(
    model: Model, number: int, pooled: Pooled, columns: Sequence[str], known: Memory | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The score of each target of a pool, and all values with the columns of memory last.

    Raises `ModelUnusable` where the model lacks a column.
    """
    values, names = evidence_of(number, pooled, columns, known)
    scores: NDArray[np.float32] = values @ model.vector(state_of(known), names)
    return scores, values


def shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The part of the belief that goes to each target (softmax), what is calibrated."""
    if not len(scores):
        return scores
    raised = np.exp(scores - scores.max())
    part: NDArray[np.float32] = raised / raised.sum()
    return part
