"""How often experts agreed with suggestions of like score, in words; nothing where few are known.

Counts come from predictions for pairs that the ranker was not trained on. Experts' lists are not
complete, so agreement is a lower bound.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.suggestions.shares import Share

EDGES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85)
"""Limits of the classes of `fusion.shares`."""
ENOUGH = 20
"""Suggestions of a class from which on it is spoken of."""


def in_words(known: Share) -> str:
    """Counts and interval, for a curator."""
    low, high = known.interval
    return f"{counts_in_words(known)} ({low:.0%} to {high:.0%})".replace("%", " %")


def counts_in_words(known: Share) -> str:
    """Counts alone, where there is little room."""
    return f"experts agreed with {known.count:,} of {known.total:,} like this"


@dataclass(frozen=True)
class Calibration:
    """Counts by class of share; class i lies below `EDGES[i]`."""

    agreed: tuple[int, ...]
    shown: tuple[int, ...]

    @classmethod
    def of(cls, shares: Sequence[float], agreed: Sequence[bool]) -> Calibration:
        """Count suggestions that were shown, with whether experts had them too."""
        counts = [[0, 0] for _ in range(len(EDGES) + 1)]
        for share, yes in zip(shares, agreed, strict=True):
            one = counts[bisect_right(EDGES, share)]
            one[0] += bool(yes)
            one[1] += 1
        return cls(tuple(yes for yes, _ in counts), tuple(all_ for _, all_ in counts))

    def of_share(self, share: float) -> Share | None:
        """What is known of suggestions like one; None where too few are."""
        place = bisect_right(EDGES, share)
        if self.shown[place] < ENOUGH:
            return None
        return Share(self.agreed[place], self.shown[place])

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {"edges": list(EDGES), "agreed": list(self.agreed), "shown": list(self.shown)}

    @classmethod
    def of_json(cls, read: Mapping[str, Any]) -> Calibration:
        """Raises `ValueError` where the classes are other ones."""
        found = cls(tuple(read["agreed"]), tuple(read["shown"]))
        if tuple(read["edges"]) != EDGES or not len(found.agreed) == len(found.shown) == 9:
            raise ValueError("the classes of the calibration are other ones")
        return found
