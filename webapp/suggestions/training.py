"""Learn the weights of the fusion from pairs that experts chose. NumPy alone, the same each time.

For each Key Event the chosen targets compete with the others of its pool: the loss is minus the
logarithm of the share (softmax) that goes to any of them, so that a list with one good target at
its top is a good list, and what experts did not list counts as little as possible. A square penalty
keeps weights small (Bishop 2006, sections 4.3.4 and 5.5). Lists of all resources are learnt from
together, as their signals mean the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import memory
from webapp.suggestions.fusion import COLD, WARM
from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import Pair
from webapp.suggestions.signals import COLUMNS

PENALTY = 30.0
"""Of the whole, so that it weighs less the more lists there are; chosen by cross-validation."""
FLOOR = 0.02
"""Added to a column's spread: one that hardly varies gets no great weight."""
STEPS = 15
SETTLED = 1e-5

Concepts = Mapping[int, str]
"""By Key Event number; see `evaluation.concepts`."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One Key Event's pool and what experts chose from it."""

    resource: str
    number: int
    rows: NDArray[np.int32]
    values: NDArray[np.float32]
    """Shape (targets, columns)."""
    chosen: NDArray[np.bool_]


def lessons(
    index: Index, pairs: Iterable[Pair], concepts: Concepts, *, warm: bool
) -> Iterator[Lesson]:
    """The lists of all Key Events with pairs. What the index lacks is left out.

    With `warm`, memory is among the values; it holds the pairs of other concepts than the list's,
    as it would for a Key Event that is new.
    """
    pairs = list(pairs)
    alike = defaultdict(list)
    for number in sorted({pair.key_event for pair in pairs}):
        alike[concepts.get(number, f"key event {number}")].append(number)
    for resource, part in index.resources.items():
        known = Memory(index, resource, pairs)
        for number, chosen in sorted(known.by_number.items()):
            if part.pools is None:
                continue
            pooled = part.pools.of(index.key_event_rows[number])
            values = pooled.values
            if warm:
                without = alike[concepts.get(number, f"key event {number}")]
                values = np.concatenate(
                    [values, known.values(number, pooled.rows, without)], axis=1
                )
            marked = np.isin(pooled.rows, list(chosen))
            yield Lesson(resource, number, pooled.rows, values, marked)


def weights_from(found: Sequence[Lesson], columns: Sequence[str]) -> dict[str, float]:
    """The weights of the columns; all 0 where no list has a chosen target."""
    taught = [lesson for lesson in found if lesson.chosen.any()]
    if not taught:
        return dict.fromkeys(columns, 0.0)
    values = np.concatenate([lesson.values for lesson in taught])
    spread = values.std(axis=0) + FLOOR
    lists = _Lists(
        values / spread,
        np.concatenate([lesson.chosen for lesson in taught]),
        np.cumsum([0, *(len(lesson.rows) for lesson in taught)])[:-1],
    )
    weights = lists.learn(PENALTY / len(taught)) / spread
    return {name: float(weight) for name, weight in zip(columns, weights, strict=True)}


def learn(index: Index, pairs: Iterable[Pair], concepts: Concepts) -> dict[str, dict[str, float]]:
    """Both sets of weights, `cold` and `warm`."""
    pairs = list(pairs)
    return {
        COLD: weights_from(list(lessons(index, pairs, concepts, warm=False)), COLUMNS),
        WARM: weights_from(
            list(lessons(index, pairs, concepts, warm=True)), (*COLUMNS, *memory.COLUMNS)
        ),
    }


class _Lists:
    """Lists laid end to end; list i begins at `starts[i]`."""

    def __init__(
        self,
        values: NDArray[np.float32],
        chosen: NDArray[np.bool_],
        starts: NDArray[np.int64],
    ) -> None:
        self._values = values
        self._chosen = chosen
        self._starts = starts
        lengths = np.diff([*starts, len(values)])
        self._list = np.repeat(np.arange(len(starts)), lengths)

    def learn(self, penalty: float) -> NDArray[np.float32]:
        """Newton's steps with the curvature of the softmax alone, halved until the loss falls."""
        weights = np.zeros(self._values.shape[1], dtype=np.float32)
        loss, all_, right = self._loss(weights, penalty)
        count = len(self._starts)
        for _ in range(STEPS):
            slope = self._values.T @ (all_ - right) / count + penalty * weights
            weighted = self._values * all_[:, None]
            means = np.add.reduceat(weighted, self._starts, axis=0)
            bend = (self._values.T @ weighted - means.T @ means) / count
            bend[np.diag_indices_from(bend)] += penalty
            step = np.linalg.solve(bend, slope).astype(np.float32)
            size, before = 1.0, loss
            while True:
                loss, all_, right = self._loss(weights - size * step, penalty)
                if loss <= before or size < 0.01:
                    break
                size /= 2
            weights = (weights - size * step).astype(np.float32)
            if before - loss < SETTLED:
                break
        return weights

    def _loss(
        self, weights: NDArray[np.float32], penalty: float
    ) -> tuple[float, NDArray[np.float32], NDArray[np.float32]]:
        """The loss, the share of each target, and its share among the chosen ones."""
        scores = self._values @ weights
        highest = np.maximum.reduceat(scores, self._starts)
        raised = np.exp(scores - highest[self._list])
        whole = np.add.reduceat(raised, self._starts)
        right = np.where(self._chosen, raised, np.float32(0))
        part = np.add.reduceat(right, self._starts) + 1e-12
        loss = float(np.mean(np.log(whole) - np.log(part)) + penalty * (weights @ weights) / 2)
        all_: NDArray[np.float32] = raised / whole[self._list]
        best: NDArray[np.float32] = (right / part[self._list]).astype(np.float32)
        return loss, all_, best
