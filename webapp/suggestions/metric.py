"""A learnt likeness: what a Key Event's vector and a name's say together that a cosine does not.

An encoder was made for language at large; which of its directions matter between Key Events and
processes, and which processes experts speak in, is learnt from pairs. The score of a target with
the vector y for a Key Event with x is xᵀWy (a bilinear similarity, Chechik et al. 2010, JMLR 11,
pages 1109-1135), added to the weighted sum. W is kept as a product of two thin matrices.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.index import Index

RANK = 32
"""Columns of the thin matrices: more changed no figure."""
PENALTY = 0.05
"""Of the whole, as `training.PENALTY` is; chosen by cross-validation."""
STEPS = 30
ENOUGH = 50
"""Lists from which on a metric is learnt: fewer say nothing of so many numbers."""

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Metric:
    """W = left × right; shapes (dimensions, RANK) and (RANK, dimensions)."""

    left: Array
    right: Array

    @classmethod
    def of(cls, whole: Array) -> Metric:
        """The nearest product of thin matrices, by singular values, as precise as it is stored."""
        left, sizes, right = np.linalg.svd(whole, full_matrices=False)
        roots = np.sqrt(sizes[:RANK], dtype=np.float32)
        return cls.of_json(cls(left[:, :RANK] * roots, right[:RANK] * roots[:, None]).as_json())

    def scores(self, key_event: Array, names: Array) -> Array:
        """One a name: shapes (dimensions,) and (names, dimensions) make (names,)."""
        return np.asarray(names @ ((key_event @ self.left) @ self.right), dtype=np.float32)

    def of_rows(self, index: Index, resource: str, number: int, rows: NDArray[np.int32]) -> Array:
        """One for each of these targets of a resource; 0 where the index has no vectors."""
        row = index.key_event_rows.get(number)
        if index.key_event_vectors is None or row is None:
            return np.zeros(len(rows), dtype=np.float32)
        own = np.asarray(index.key_event_vectors[row, 1], dtype=np.float32)
        return self.scores(own, names_of(index, resource, rows))

    def as_json(self) -> dict[str, str]:
        """What `of_json` reads: half-precise numbers, little end first, in base64."""
        return {
            side: b64encode(getattr(self, side).astype("<f2").tobytes()).decode()
            for side in ("left", "right")
        }

    @classmethod
    def of_json(cls, read: dict[str, str]) -> Metric:
        """Raises `ValueError` where the two do not belong together."""
        left, right = (
            np.frombuffer(b64decode(read[side]), dtype="<f2").astype(np.float32)
            for side in ("left", "right")
        )
        rank = min(RANK, int(np.sqrt(len(left)))) or 1  # of few dimensions there are as many
        if len(left) != len(right) or len(left) % rank:
            raise ValueError("the two sides of the learnt metric do not belong together")
        return cls(left.reshape(-1, rank), right.reshape(rank, -1))


def names_of(index: Index, resource: str, rows: NDArray[np.int32]) -> Array:
    """The vectors of the names of these targets; raises `ValueError` where there are none."""
    vectors = index.resources[resource].vectors
    if vectors is None:
        raise ValueError(f"the index has no vectors of {resource}")
    return np.asarray(vectors[rows], dtype=np.float32)


def learn(
    key_events: Array,
    names: Sequence[Array],
    chosen: Sequence[NDArray[np.bool_]],
    counts: Sequence[Array],
    base: Sequence[Array],
) -> Array:
    """W for lists whose targets have the scores `base` already; see `training` for the loss.

    `key_events` has a row for each list, the others a part: vectors of names, what was chosen, as
    how many each counts. Accelerated gradient steps (Nesterov 1983), as many as ever, so that the
    same lists make the same matrix.
    """
    number = len(key_events)
    penalty = PENALTY / number
    # A softmax bends by 1/4 at most over scores that lie within one, as cosines of names do.
    longest = max(float(np.einsum("nd,nd->n", vectors, vectors).max()) for vectors in names)
    drawn_most = float(np.linalg.eigvalsh(key_events.T @ key_events)[-1])
    steepest = 0.25 / number * longest * drawn_most + penalty
    whole = before = np.zeros((key_events.shape[1],) * 2, dtype=np.float32)
    pace = 1.0
    for _ in range(STEPS):
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = whole + np.float32((pace - 1) / faster) * (whole - before)
        drawn = key_events @ ahead
        errors = [
            _error(score + vectors @ toward, right, count) @ vectors
            for score, vectors, toward, right, count in zip(
                base, names, drawn, chosen, counts, strict=True
            )
        ]
        slope = key_events.T @ np.stack(errors) / number + penalty * ahead
        before, whole = whole, (ahead - slope / steepest).astype(np.float32)
        pace = faster
    return whole


def _error(scores: Array, chosen: NDArray[np.bool_], counts: Array) -> Array:
    """The share of each target less its share among the chosen ones."""
    raised = np.exp(scores - scores.max()) * counts
    right = np.where(chosen, raised, np.float32(0))
    found: Array = raised / raised.sum() - right / (right.sum() + np.float32(1e-12))
    return found
