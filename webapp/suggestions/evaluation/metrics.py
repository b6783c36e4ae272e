"""Places in a list, the figures made of them, and how sure these are.

Mean reciprocal rank and Hits@k look at the best placed of a Key Event's targets, Recall@20 at all
of them (Manning, Raghavan and Schütze 2008, chapter 8). Intervals are percentiles of a bootstrap
over Key Events; two rankers are compared on the same resamples (Efron and Tibshirani 1993, chapters
13 and 16).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HITS = (1, 3, 5, 10)
RECALL = 20
MEASURES = ("mrr", *(f"hits@{k}" for k in HITS), f"recall@{RECALL}")
RESAMPLES = 5000
NOWHERE = np.inf
LAST_BITS = 8
"""Steps between neighbouring floating-point numbers that make no difference."""

Values = NDArray[np.float64]
"""Shape (Key Events, measures): what each Key Event adds to the mean of each of `MEASURES`."""


def places(
    scores: NDArray[np.float32], rows: Sequence[int | None], candidates: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The place of each row among the candidates, shape (len(rows),); None is nowhere.

    All candidates with an equal score come first, so that a ranker gains nothing by ties. Scores
    that differ in the last bits are equal: products are not always summed in the same order.
    """
    if scores.shape != candidates.shape:
        raise ValueError(f"{len(candidates)} targets were to be scored, not {scores.shape}")
    sound = np.where(np.isnan(scores), -np.inf, scores)
    among = sound[candidates]
    return np.array(
        [NOWHERE if row is None else float((among >= _least(sound[row])).sum()) for row in rows]
    )


def _least(score: np.float32) -> np.float32:
    """The lowest score that is equal to this one."""
    return score - LAST_BITS * np.spacing(abs(score)) if np.isfinite(score) else score


def values_of(found: NDArray[np.float64]) -> Values:
    """One row of `Values`, shape (measures,), from the places of a Key Event's targets."""
    best = found.min()
    hits = [float(best <= k) for k in HITS]
    return np.array([1 / best, *hits, float((found <= RECALL).mean())])


@dataclass(frozen=True)
class Figures:
    """Means and their 95 % intervals, by measure."""

    means: dict[str, float]
    intervals: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Compared:
    """How much higher one ranker is than another, by measure."""

    differences: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    """95 % intervals; the ranker is better where the lower end is above 0."""


class Bootstrap:
    """Resamples of Key Events, the same ones for every ranker; the same each time for a seed."""

    def __init__(self, count: int, seed: int) -> None:
        chosen = np.random.default_rng(seed).multinomial(
            count, np.full(count, 1 / count), size=RESAMPLES
        )
        self._weights = chosen / count

    def figures(self, values: Values) -> Figures:
        """Means of a ranker's values, with intervals."""
        return Figures(_named(values.mean(axis=0)), self._intervals(values))

    def compared(self, values: Values, others: Values) -> Compared:
        """A ranker against another one, Key Event by Key Event."""
        return Compared(_named((values - others).mean(axis=0)), self._intervals(values - others))

    def _intervals(self, values: Values) -> dict[str, tuple[float, float]]:
        low, high = np.percentile(self._weights @ values, (2.5, 97.5), axis=0)
        return {name: (float(a), float(b)) for name, a, b in zip(MEASURES, low, high, strict=True)}


def _named(means: NDArray[np.float64]) -> dict[str, float]:
    return {name: float(mean) for name, mean in zip(MEASURES, means, strict=True)}


@dataclass(frozen=True)
class Table:
    """The figures of every ranker over the same Key Events, and of the first against the rest."""

    count: int
    figures: dict[str, Figures]
    against: dict[str, Compared]


def tabulate(
    values: Mapping[str, Values], first: str, chosen: NDArray[np.bool_], seed: int
) -> Table:
    """The table over the Key Events that `chosen` marks; at least one must be."""
    kept = {name: each[chosen] for name, each in values.items()}
    count = int(chosen.sum())
    bootstrap = Bootstrap(count, seed)
    return Table(
        count,
        {name: bootstrap.figures(each) for name, each in kept.items()},
        {
            name: bootstrap.compared(kept[first], each)
            for name, each in kept.items()
            if name != first
        },
    )
