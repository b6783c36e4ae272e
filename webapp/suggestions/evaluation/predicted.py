"""What a ranker predicted of the suggestions that it showed, and how often experts agreed.

What is predicted is what a curator reads: the part of suggestions of like share that experts agreed
with (`calibration`), by counts from other Key Events. Cross-validated, these are the ones of the
other parts; as it serves, those that the model keeps, and only Key Events of concepts that did not
teach it are asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from webapp.suggestions.calibration import EDGES, Calibration
from webapp.suggestions.crossfit import SHOWN
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.gold import Gold
from webapp.suggestions.evaluation.measure import Taught
from webapp.suggestions.fusion import shares

Shown = tuple[float, bool]
"""The share of a suggestion, and whether experts have it too."""


def reliability(
    contest: Contest, gold: Gold, taught: Taught, calibration: Calibration | None
) -> list[dict[str, Any]]:
    """Bins as `reliability` reads them, the least likely first; `calibration` is the serving
    model's. Empty where nothing was predicted."""
    pools, index = contest.part.pools, contest.index
    if pools is None:
        return []
    parts: dict[int, list[Shown]] = defaultdict(list)
    for number, identifiers in gold.answers.items():
        if taught.unseen_concept[number] and number in index.key_event_rows:
            rows = pools.of(index.key_event_rows[number]).rows
            rows = rows[contest.candidates[rows]]
            scores = taught.scorers[number](number)[rows]
            best = np.argsort(-scores, kind="stable")[:SHOWN]
            chosen = np.isin(rows, [contest.rows.get(one, -1) for one in identifiers])
            part = taught.parts.get(number, 0)
            parts[part] += zip(shares(scores)[best].tolist(), chosen[best].tolist(), strict=True)
    if not taught.folds:
        return _bins([(calibration, parts[0])]) if calibration else []
    others = {
        part: [one for other, found in parts.items() if other != part for one in found]
        for part in parts
    }
    return _bins((_calibration(others[part]), found) for part, found in parts.items())


def _calibration(shown: Iterable[Shown]) -> Calibration:
    shown = list(shown)
    return Calibration.of([share for share, _ in shown], [agreed for _, agreed in shown])


def _bins(known: Iterable[tuple[Calibration, list[Shown]]]) -> list[dict[str, Any]]:
    """One bin for each class of shares of which enough was known to predict."""
    found: Mapping[int, list[tuple[float, bool]]] = defaultdict(list)
    for calibration, shown in known:
        for share, agreed in shown:
            told = calibration.of_share(share)
            if told is not None:
                found[int(np.searchsorted(EDGES, share, side="right"))].append((told.mean, agreed))
    return [
        {
            "predicted": round(sum(told for told, _ in one) / len(one), 4),
            "agreed": sum(agreed for _, agreed in one),
            "shown": len(one),
        }
        for _, one in sorted(found.items())
    ]
