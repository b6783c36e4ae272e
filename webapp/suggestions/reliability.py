"""Reliability: what a ranker predicted, against how often experts agreed.

An evaluation of a ranker that predicts probabilities keeps, under `reliability` in its report, a
list of `{"predicted": mean of the probabilities, "agreed": pairs, "shown": pairs}`, one for each
bin of predictions, made of pairs that did not teach the ranker. Rankers whose scores are no
probabilities keep none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from webapp.suggestions.shares import Share

KEY = "reliability"


class Bin(NamedTuple):
    """Pairs for which about the same was predicted."""

    predicted: float
    """Mean of the predicted probabilities, from 0 to 1."""
    agreed: Share


def bins_of(report: Mapping[str, Any]) -> tuple[Bin, ...]:
    """The bins of an evaluation, the least likely first; none where it kept none."""
    bins = (
        Bin(one["predicted"], Share(one["agreed"], one["shown"])) for one in report.get(KEY, ())
    )
    return tuple(sorted(bins))
