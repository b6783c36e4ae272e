"""A model with honest figures: what it says of itself comes from pairs that it did not learn from.

By grouped folds: Key Events of one concept, of whatever resource, are tested together, by weights
and memory that never saw them. The weights that serve are then learnt from all pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import memory
from webapp.suggestions.calibration import Calibration
from webapp.suggestions.evaluation.folds import grouped_folds
from webapp.suggestions.fusion import COLD, WARM, Model, shares
from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import Pair
from webapp.suggestions.seen import Seen
from webapp.suggestions.signals import COLUMNS
from webapp.suggestions.training import Concepts, Lesson, learn, lessons, weights_from

FOLDS = 5
SHOWN = 10
"""Suggestions of a list that are counted for the calibration: those that a page shows."""


class Tested(NamedTuple):
    """One list that was ranked by weights that never saw its concept."""

    place: float
    """Of the best chosen target; infinite where it is not in the pool."""
    shares: list[float]
    """Of the first `SHOWN` targets."""
    agreed: list[bool]


def fitted(
    index: Index,
    pairs: Sequence[Pair],
    concepts: Concepts,
    candidates: Mapping[str, NDArray[np.bool_]],
    *,
    version: str,
    made_at: str,
    source: str,
) -> Model:
    """The model of all pairs; `candidates` marks the rows of each resource that compete."""
    tested = _tested(index, pairs, concepts, candidates)
    return Model(
        version=version,
        made_at=made_at,
        trained_on={"source": source, "encoder": index.encoder, **_counts(index, pairs)},
        weights={
            state: {column: round(weight, 4) for column, weight in weights.items()}
            for state, weights in learn(index, pairs, concepts).items()
        },
        figures={
            state: {
                resource: _figures(tested[f"{state}/{resource}"])
                for resource in index.resources
                if tested[f"{state}/{resource}"]
            }
            for state in (COLD, WARM)
        },
        calibration={
            name: Calibration.of(
                [share for one in found for share in one.shares],
                [agreed for one in found for agreed in one.agreed],
            )
            for name, found in sorted(tested.items())
            if found
        },
        seen=Seen.of(concepts[pair.key_event] for pair in pairs if pair.key_event in concepts),
    )


def _tested(
    index: Index,
    pairs: Sequence[Pair],
    concepts: Concepts,
    candidates: Mapping[str, NDArray[np.bool_]],
) -> dict[str, list[Tested]]:
    """By `STATE/RESOURCE`."""
    found: dict[str, list[Tested]] = defaultdict(list)
    known = [pair for pair in pairs if pair.key_event in concepts]
    for part in grouped_folds({pair.key_event for pair in known}, concepts, FOLDS, seed=0):
        hidden = {concepts[number] for number in part}
        taught = [pair for pair in known if concepts[pair.key_event] not in hidden]
        asked = [pair for pair in known if concepts[pair.key_event] in hidden]
        memories = {resource: Memory(index, resource, taught) for resource in index.resources}
        for state, columns in ((COLD, COLUMNS), (WARM, (*COLUMNS, *memory.COLUMNS))):
            learnt = list(lessons(index, taught, concepts, warm=state == WARM))
            weights = np.array(list(weights_from(learnt, columns).values()), dtype=np.float32)
            for lesson in lessons(index, asked, concepts, warm=False):
                values = lesson.values
                if state == WARM:
                    own = memories[lesson.resource].values(lesson.number, lesson.rows)
                    values = np.concatenate([values, own], axis=1)
                here = candidates[lesson.resource][lesson.rows]
                found[f"{state}/{lesson.resource}"].append(_test(lesson, values @ weights, here))
    return found


def _test(lesson: Lesson, scores: NDArray[np.float32], here: NDArray[np.bool_]) -> Tested:
    scores, chosen = scores[here], lesson.chosen[here]
    order = np.argsort(-scores, kind="stable")[:SHOWN]
    # Ties count against us.
    place = float((scores >= scores[chosen].max()).sum()) if chosen.any() else np.inf
    return Tested(place, shares(scores)[order].tolist(), chosen[order].tolist())


def _figures(tested: Sequence[Tested]) -> dict[str, float]:
    places = np.array([one.place for one in tested])
    return {
        "n": len(places),
        "mrr": round(float((1 / places).mean()), 3),
        "hits@1": round(float((places <= 1).mean()), 3),
        "hits@3": round(float((places <= 3).mean()), 3),
        "hits@10": round(float((places <= 10).mean()), 3),
    }


def _counts(index: Index, pairs: Sequence[Pair]) -> dict[str, Any]:
    counts = {}
    for resource in index.resources:
        known = Memory(index, resource, pairs)
        counts[resource] = {"key_events": len(known.by_number), "pairs": len(known)}
    return counts
