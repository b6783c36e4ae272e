"""Learn the weights of the fusion from pairs that experts chose. NumPy alone, the same each time.

For each Key Event the chosen targets compete with the others of its pool: the loss is minus the
logarithm of the share (softmax) that goes to any of them, so that a list with one good target at
its top is a good list, and what experts did not list counts as little as possible. What they
declined counts as several others would. A square penalty keeps weights small, or near to those that
were learnt before (Bishop 2006, sections 4.3.4 and 5.5). Lists of all resources are learnt from
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
Declined = Mapping[Pair, float]
"""Pairs that people decided against: as how many other targets of its list each counts."""
NOTHING_DECLINED: Declined = {}
Weights = Mapping[str, Mapping[str, float]]
"""State (`cold`, `warm`) → column → weight."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One Key Event's pool and what experts chose from it."""

    resource: str
    number: int
    rows: NDArray[np.int32]
    values: NDArray[np.float32]
    """Shape (targets, columns)."""
    chosen: NDArray[np.bool_]
    counts: NDArray[np.float32] | None = None
    """As how many targets each one counts; None: as one."""


def lessons(
    index: Index,
    pairs: Iterable[Pair],
    concepts: Concepts,
    *,
    warm: bool,
    declined: Declined = NOTHING_DECLINED,
) -> Iterator[Lesson]:
    """The lists of all Key Events with pairs. What the index lacks is left out.

    With `warm`, memory is among the values; it holds the pairs of other concepts than the list's,
    as it would for a Key Event that is new. A Key Event of which only declined pairs are known is a
    list in which all others are good.
    """
    pairs = list(pairs)
    alike = defaultdict(list)
    for number in sorted({pair.key_event for pair in (*pairs, *declined)}):
        alike[concepts.get(number, f"key event {number}")].append(number)
    for resource, part in index.resources.items():
        if part.pools is None:
            continue
        known = Memory(index, resource, pairs)
        against = _by_number(index, resource, declined)
        for number in sorted({*known.by_number, *against}):
            pooled = part.pools.of(index.key_event_rows[number])
            values = pooled.values
            if warm:
                without = alike[concepts.get(number, f"key event {number}")]
                values = np.concatenate(
                    [values, known.values(number, pooled.rows, without)], axis=1
                )
            chosen = known.by_number.get(number, frozenset())
            counts = np.ones(len(pooled.rows), dtype=np.float32)
            for row, count in against.get(number, {}).items():
                if row not in chosen:
                    counts[pooled.rows == row] = count
            marked = np.isin(pooled.rows, list(chosen)) if chosen else counts == 1
            yield Lesson(resource, number, pooled.rows, values, marked, counts)


def _by_number(index: Index, resource: str, declined: Declined) -> dict[int, dict[int, float]]:
    """By Key Event: what counts for more than one, by row."""
    rows = {one: row for row, one in enumerate(index.resources[resource].identifiers)}
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for (number, identifier), count in declined.items():
        if identifier in rows and number in index.key_event_rows:
            found[number][rows[identifier]] = count
    return found


def weights_from(
    found: Sequence[Lesson], columns: Sequence[str], near: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The weights of the columns, as `near` to earlier ones as the lists allow, or to 0.

    Where no list has a chosen target they are those.
    """
    earlier = np.array([(near or {}).get(column, 0.0) for column in columns], dtype=np.float32)
    taught = [lesson for lesson in found if lesson.chosen.any() and not lesson.chosen.all()]
    if not taught:
        return dict(zip(columns, earlier.tolist(), strict=True))
    values = np.concatenate([lesson.values for lesson in taught])
    spread = values.std(axis=0) + FLOOR
    lists = _Lists(
        values / spread,
        np.concatenate([lesson.chosen for lesson in taught]),
        np.concatenate([_counts(lesson) for lesson in taught]),
        np.cumsum([0, *(len(lesson.rows) for lesson in taught)])[:-1],
    )
    weights = lists.learn(PENALTY / len(taught), earlier * spread) / spread
    return {name: float(weight) for name, weight in zip(columns, weights, strict=True)}


def _counts(lesson: Lesson) -> NDArray[np.float32]:
    return np.ones(len(lesson.rows), np.float32) if lesson.counts is None else lesson.counts


def learn(
    index: Index,
    pairs: Iterable[Pair],
    concepts: Concepts,
    declined: Declined = NOTHING_DECLINED,
    near: Weights | None = None,
) -> dict[str, dict[str, float]]:
    """Both sets of weights, `cold` and `warm`; see `lessons` and `weights_from`."""
    pairs, columns = list(pairs), {COLD: COLUMNS, WARM: (*COLUMNS, *memory.COLUMNS)}
    return {
        state: weights_from(
            list(lessons(index, pairs, concepts, warm=state == WARM, declined=declined)),
            columns[state],
            near[state] if near else None,
        )
        for state in (COLD, WARM)
    }


class _Lists:
    """Lists laid end to end; list i begins at `starts[i]`."""

    def __init__(
        self,
        values: NDArray[np.float32],
        chosen: NDArray[np.bool_],
        counts: NDArray[np.float32],
        starts: NDArray[np.int64],
    ) -> None:
        self._values = values
        self._chosen = chosen
        self._counts = counts
        self._starts = starts
        lengths = np.diff([*starts, len(values)])
        self._list = np.repeat(np.arange(len(starts)), lengths)

    def learn(self, penalty: float, near: NDArray[np.float32]) -> NDArray[np.float32]:
        """Newton's steps with the curvature of the softmax alone, halved until the loss falls.

        They begin at `near`, and the penalty is for what lies between.
        """
        weights = near
        loss, all_, right = self._loss(weights, penalty, near)
        count = len(self._starts)
        for _ in range(STEPS):
            slope = self._values.T @ (all_ - right) / count + penalty * (weights - near)
            weighted = self._values * all_[:, None]
            means = np.add.reduceat(weighted, self._starts, axis=0)
            bend = (self._values.T @ weighted - means.T @ means) / count
            bend[np.diag_indices_from(bend)] += penalty
            step = np.linalg.solve(bend, slope).astype(np.float32)
            size, before = 1.0, loss
            while True:
                loss, all_, right = self._loss(weights - size * step, penalty, near)
                if loss <= before or size < 0.01:
                    break
                size /= 2
            weights = (weights - size * step).astype(np.float32)
            if before - loss < SETTLED:
                break
        return weights

    def _loss(
        self, weights: NDArray[np.float32], penalty: float, near: NDArray[np.float32]
    ) -> tuple[float, NDArray[np.float32], NDArray[np.float32]]:
        """The loss, the share of each target, and its share among the chosen ones."""
        scores, apart = self._values @ weights, weights - near
        highest = np.maximum.reduceat(scores, self._starts)
        raised = np.exp(scores - highest[self._list]) * self._counts
        whole = np.add.reduceat(raised, self._starts)
        right = np.where(self._chosen, raised, np.float32(0))
        part = np.add.reduceat(right, self._starts) + 1e-12
        loss = float(np.mean(np.log(whole) - np.log(part)) + penalty * (apart @ apart) / 2)
        all_: NDArray[np.float32] = raised / whole[self._list]
        best: NDArray[np.float32] = (right / part[self._list]).astype(np.float32)
        return loss, all_, best
