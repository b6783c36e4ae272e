"""Shares of a few cases, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

FEW = 10
"""Of fewer cases than these a share says next to nothing: pages show the counts alone."""

_Z = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""


@dataclass(frozen=True)
class Share:
    """`count` of `total` cases."""

    count: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is no share")

    @property
    def mean(self) -> float:
        """From 0 to 1; 0 where there are no cases."""
        return self.count / self.total if self.total else 0.0

    @property
    def few(self) -> bool:
        """Whether there are too few cases to speak of a share."""
        return self.total < FEW

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson (1927, doi 10.1080/01621459.1927.10502953).

        It keeps its promise for few cases and for shares near 0 and 1 too. From 0 to 1 where there
        are no cases.
        """
        if not self.total:
            return 0.0, 1.0
        weight = _Z**2 / self.total
        middle = self.mean + weight / 2
        half = sqrt(weight * (self.mean * (1 - self.mean) + weight / 4))
        low, high = (middle - half) / (1 + weight), (middle + half) / (1 + weight)
        return max(low, 0.0), min(high, 1.0)
