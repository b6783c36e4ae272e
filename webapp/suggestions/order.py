"""The order of all targets of a resource for a Key Event, of which a list shows the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent
from webapp.suggestions import fusion, listing, memory, ranker
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.holder import Now
from webapp.suggestions.lists import NO_SIGNALS, NO_WEIGHTS
from webapp.suggestions.phrases import Part
from webapp.suggestions.remembered import Remembered
from webapp.suggestions.text import words


@dataclass(frozen=True, eq=False)
class Order:
    """Scores of all targets, row by row of the index: those of the pool by all signals, below them
    all others by the fixed sum, see `ranker.with_pool`."""

    resource: str
    scores: NDArray[np.float32]
    dense: NDArray[np.float32] | None
    """Cosines with the title; None where words alone rank."""
    lexical: NDArray[np.float32]
    absent: NDArray[np.bool_] | None
    known: memory.Memory
    number: int
    pool: listing.Ranked | None
    """None where the fixed sum ranks all of them."""
    basis: str = ""
    """Why it does; empty where words alone rank."""

    def place(self, row: int) -> int:
        """1 for the best."""
        return ranker.place_of(row, self.scores, self.absent)

    def place_by_meaning(self, row: int) -> int:
        """The same by the meaning of the name alone; 0 where that is not known."""
        if self.pool is not None:
            at = self._at(row)  # places in the pool count synonyms too: others are on another scale
            return 0 if at is None else int(self.pool.places[at])
        return 0 if self.dense is None else ranker.place_of(row, self.dense, self.absent)

    def first(self, limit: int) -> list[int]:
        """The rows that a list shows."""
        if self.pool is not None:
            return [int(self.pool.rows[at]) for at in ranker.best_rows(self.pool.scores, limit)]
        scores = self.scores if self.absent is None else np.where(self.absent, -np.inf, self.scores)
        least = 0 if self.dense is None else -np.inf
        return [row for row in ranker.best_rows(scores, limit) if scores[row] > least]

    def in_pool(self, row: int) -> bool:
        """Whether all signals speak of it."""
        return self._at(row) is not None

    @property
    def weights(self) -> dict[str, float]:
        """What each column weighs in the sum that ranks."""
        if self.pool is not None:
            vector = self.pool.model.vector(self.pool.state, self.pool.columns)
            return dict(zip(self.pool.columns, vector.tolist(), strict=True))
        return (
            {"title": 1.0, "bm25": ranker.LEXICAL_WEIGHT}
            if self.dense is not None
            else {"bm25": 1.0}
        )

    def values(self, row: int, name: str, held: int, *, names_genes: bool) -> dict[str, float]:
        """The columns of a target that are known: all of one in the pool.

        `held` are its genes; `names_genes` says whether the Key Event names one of these.
        """
        at = self._at(row)
        if at is not None and self.pool is not None:
            return self.pool.values_of(at)
        found = {"bm25": float(self.lexical[row])}
        if self.dense is not None:
            found["title"] = float(self.dense[row])
        if self.pool is None:
            return found
        found |= {
            "same_name": 0.0,  # a target that had this would be in the pool
            "no_genes": float(not held),
            "genes": float(np.log1p(held)),
            "length": float(np.log(len(words(name)) + 1)),
        }
        if not names_genes:
            found["named_gene"] = 0.0
        if self.pool.state == fusion.WARM:
            values = self.known.values(self.number, np.array([row], dtype=np.int32))[0]
            found |= dict(zip(memory.COLUMNS, values.tolist(), strict=True))
        return found

    def liked(self, session: Session, rows: Sequence[int]) -> list[Part | None]:
        """For each target the like Key Event that it was chosen for."""
        none: list[Part | None] = [None for _ in rows]
        return none if self.pool is None else listing.liked_by(session, self.pool, rows)

    def _at(self, row: int) -> int | None:
        if self.pool is None:
            return None
        at = int(np.searchsorted(self.pool.rows, row))
        return at if at < len(self.pool.rows) and self.pool.rows[at] == row else None


def order_of(
    session: Session,
    now: Now,
    remembered: Remembered,
    model: fusion.Model | None,
    key_event: KeyEvent,
    resource: str,
) -> Order:
    """The order of a resource that the index holds, as its list is made."""
    index, number = now.index, key_event.number
    query = query_of(key_event.title, index.abbreviations)
    vectors = index.vectors_of(number, query.plain)
    part, absent = index.resources[resource], now.absent.get(resource)
    scores, dense, lexical = ranker.fixed_sum(part, query.spelt_out, vectors)
    known = remembered.of(session, index, resource)
    pool = listing.ranked_pool(now, model, known, resource, number, query.plain)
    if pool is not None:
        scores = ranker.with_pool(scores, pool.rows, pool.scores)
        return Order(resource, scores, dense, lexical, absent, known, number, pool)
    basis = "" if dense is None else NO_SIGNALS if model else NO_WEIGHTS
    return Order(resource, scores, dense, lexical, absent, known, number, None, basis)
