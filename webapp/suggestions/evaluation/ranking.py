"""What an evaluation knows of a ranker: it learns from pairs, then scores Key Events.

One object ranks one resource. Everything that it learns from pairs (memory, priors, coefficients)
must come from the argument of `fit` or `shipped`, never from a file or table of its own, so that
nothing is tested on what it was taught.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.pairs import Pair

Scorer = Callable[[int], NDArray[np.float32]]
"""Key Event number → one value a row of the resource's index (`ResourceIndex.identifiers`), higher
is better. NaN and -inf mean not ranked. Equal values are ties, which count against the ranker."""


class Ranking(Protocol):
    """A ranker of one resource, ready to learn."""

    @property
    def name(self) -> str:
        """Its version, as lists that were shown keep it; results are kept by it."""
        ...

    @property
    def seen(self) -> Container[str]:
        """The concepts (`concepts.concept_of`) whose pairs made the shipped coefficients."""
        ...

    def fit(self, known: Sequence[Pair]) -> Scorer:
        """Learn everything anew from these pairs alone.

        They are pairs of any resource; none belongs to a Key Event that the scorer is asked for,
        nor to one of the same concept.
        """
        ...

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        """The ranker as it serves: shipped coefficients, with these pairs as its memory."""
        ...
