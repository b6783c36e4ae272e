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

from webapp.suggestions.calibration import Calibration
from webapp.suggestions.evaluation.folds import grouped_folds
from webapp.suggestions.fusion import COLD, WARM, Model, shares
from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import Pair
from webapp.suggestions.seen import Seen
from webapp.suggestions.training import (
    NOTHING_DECLINED,
    Concepts,
    Declined,
    Lesson,
    learn,
    lessons,
)

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
    declined: Declined = NOTHING_DECLINED,
    after: Model | None = None,
) -> Model:
    """The model of all pairs; `candidates` marks the rows of each resource that compete.

    It stays near to the model that it comes `after`, if any. Then figures and calibration are of
    Key Events that taught neither.
    """
    tested = _tested(index, pairs, concepts, candidates, declined, after)
    taught = {pair.key_event for pair in (*pairs, *declined)}
    seen = Seen.of(concepts[number] for number in taught if number in concepts)
    return Model(
        version=version,
        made_at=made_at,
        trained_on={"source": source, "encoder": index.encoder, **_counts(index, pairs)},
        weights={
            state: {column: round(weight, 4) for column, weight in weights.items()}
            for state, weights in learn(
                index, pairs, concepts, declined, after.weights if after else None
            ).items()
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
        seen=after.seen | seen if after else seen,
    )


def _tested(
    index: Index,
    pairs: Sequence[Pair],
    concepts: Concepts,
    candidates: Mapping[str, NDArray[np.bool_]],
    declined: Declined,
    after: Model | None,
) -> dict[str, list[Tested]]:
    """By `STATE/RESOURCE`."""
    found: dict[str, list[Tested]] = defaultdict(list)
    known = [pair for pair in pairs if pair.key_event in concepts]
    new = {one.key_event for one in known if not after or concepts[one.key_event] not in after.seen}
    for part in grouped_folds(new, concepts, FOLDS, seed=0):
        hidden = {concepts[number] for number in part}
        taught = [pair for pair in known if concepts[pair.key_event] not in hidden]
        asked = [pair for pair in known if concepts[pair.key_event] in hidden]
        against = {
            pair: count
            for pair, count in declined.items()
            if concepts.get(pair.key_event) not in hidden
        }
        memories = {resource: Memory(index, resource, taught) for resource in index.resources}
        learnt = learn(index, taught, concepts, against, after.weights if after else None)
        for state in (COLD, WARM):
            weights = np.array(list(learnt[state].values()), dtype=np.float32)
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
