"""Memory: what curators chose for Key Events that are like this one. Computed live, from approved
mappings alone; a Key Event's own pairs never inform its own list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.index import Index
from webapp.suggestions.pairs import Pair

COLUMNS = ("likeness", "votes", "related_votes", "chosen", "related")
"""For each target: the likeness of the likest Key Event that has it; the share of the votes for
it; the share for names like it; how often it was chosen (log); the likest name of a like Key
Event."""

TEMPERATURE = 0.1
"""Votes fall by e with each tenth of cosine."""
DOUBT = 0.5
"""The likeness of one more neighbour that votes for nothing, so that far ones count little."""
NEIGHBOURS = 120
"""Pairs of the likest Key Events whose names are compared; bounds the time."""


@dataclass(frozen=True, eq=False)
class _Curated:
    numbers: NDArray[np.int64]
    places: NDArray[np.int64]
    """The rows of these Key Events in the index."""
    key_events: NDArray[np.int64]
    """By pair: the row of its Key Event in `numbers`."""
    rows: NDArray[np.int64]
    """By pair: the row of its target in the resource."""


class Memory:
    """The curated pairs of one resource that an index knows."""

    def __init__(self, index: Index, resource: str, pairs: Iterable[Pair]) -> None:
        self.index = index
        self.resource = resource
        part = index.resources[resource]
        by_number: dict[int, set[int]] = defaultdict(set)
        for number, identifier in pairs:
            row = part.rows.get(identifier)
            if row is not None and number in index.key_event_rows:
                by_number[number].add(row)
        self.by_number = {number: frozenset(found) for number, found in by_number.items()}
        self._names = part.vectors
        self._curated: _Curated | None = None
        if index.key_event_vectors is not None and by_number:
            numbers = sorted(by_number)
            self._curated = _Curated(
                np.array(numbers),
                np.array([index.key_event_rows[n] for n in numbers]),
                np.array([i for i, n in enumerate(numbers) for _ in by_number[n]]),
                np.array([row for n in numbers for row in sorted(by_number[n])]),
            )

    def __len__(self) -> int:
        """The number of pairs."""
        return sum(map(len, self.by_number.values()))

    def values(
        self, number: int, listed_rows: NDArray[np.int32], without: Collection[int] = ()
    ) -> NDArray[np.float32]:
        """Shape (len(listed_rows), len(COLUMNS)); the rows of the resource are in ascending order.

        The Key Event itself and those in `without` are not remembered.
        """
        found = np.zeros((len(listed_rows), len(COLUMNS)), dtype=np.float32)
        curated, likeness = self._likeness(number, without)
        if curated is None or self._names is None or not len(listed_rows):
            return found
        votes = np.exp((likeness - 1) / TEMPERATURE)
        votes[likeness < 0] = 0
        cast = float(votes.sum()) + np.exp((DOUBT - 1) / TEMPERATURE)
        pairs = np.flatnonzero(likeness[curated.key_events] >= 0)
        like = likeness[curated.key_events[pairs]]
        weight = votes[curated.key_events[pairs]] / cast
        place = np.searchsorted(listed_rows, curated.rows[pairs])
        place = np.minimum(place, max(len(listed_rows) - 1, 0))
        listed = listed_rows[place] == curated.rows[pairs]
        np.maximum.at(found[:, 0], place[listed], like[listed])
        np.add.at(found[:, 1], place[listed], weight[listed])
        np.add.at(found[:, 3], place[listed], 1)
        found[:, 3] = np.log1p(found[:, 3])
        nearest = np.argsort(-like, kind="stable")[:NEIGHBOURS]
        chosen = curated.rows[pairs[nearest]]
        alike = (self._names[listed_rows] @ self._names[chosen].T).clip(0, 1)
        found[:, 2] = (alike**2) @ weight[nearest]
        found[:, 4] = (alike * like[nearest]).max(axis=1, initial=0)
        return found

    def likest(self, number: int, rows: Iterable[int]) -> list[tuple[int, float] | None]:
        """For each target the likest other Key Event that has it, and how like it is (cosine)."""
        curated, likeness = self._likeness(number, ())
        if curated is None:
            return [None for _ in rows]
        found: list[tuple[int, float] | None] = []
        for row in rows:
            having = curated.key_events[curated.rows == row]
            best = int(having[np.argmax(likeness[having])]) if len(having) else -1
            told = best >= 0 and likeness[best] >= 0
            found.append((int(curated.numbers[best]), float(likeness[best])) if told else None)
        return found

    def _likeness(
        self, number: int, without: Collection[int]
    ) -> tuple[_Curated | None, NDArray[np.float32]]:
        """The larger cosine of the two texts, by curated Key Event; -1 for one left out."""
        curated, vectors = self._curated, self.index.key_event_vectors
        row = self.index.key_event_rows.get(number)
        if curated is None or vectors is None or row is None:
            return None, np.zeros(0, dtype=np.float32)
        # All are compared where they are mapped: copies of the curated ones would be each worker's.
        plain, spelt_out = (vectors[:, text] @ vectors[row, text] for text in (0, 1))
        likeness = np.maximum(plain, spelt_out)[curated.places].clip(0, 1)
        left_out = np.isin(curated.numbers, [number, *without])
        return curated, np.where(left_out, -1, likeness).astype(np.float32)
