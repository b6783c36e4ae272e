"""How near words that mean nothing come to a name: what is not nearer has nothing to do with it.

Cosines have another scale with each encoder, and the more names there are the nearer the nearest
of them. So made-up words are encoded with each index and compared with all its names.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

TEXTS = 200
QUANTILE = 0.9
"""So many of ten made-up texts are told from those that mean something; see docs/suggestions.md."""


def made_up(count: int = TEXTS) -> list[str]:
    """Texts of one to three words of one to three syllables, the same each time."""
    chance = random.Random(0)  # noqa: S311 - no secret

    def syllable() -> str:
        end = chance.choice("lmnrst") if chance.random() < 0.4 else ""
        return chance.choice("bcdfghjklmnpqrstvwxyz") + chance.choice("aeiouy") + end

    def some(of: int) -> range:
        return range(1 + int(chance.random() * of))

    return [" ".join("".join(syllable() for _ in some(3)) for _ in some(3)) for _ in range(count)]


def nearest_cosine(noise: NDArray[np.float32], names: Iterable[NDArray[np.float32]]) -> float:
    """The cosine with the nearest name that `QUANTILE` of the made-up texts do not exceed.

    `noise` has the shape (texts, dimensions), each array of names (names, dimensions).
    """
    highest = np.full(len(noise), -1.0, dtype=np.float32)
    for vectors in names:
        if len(vectors):
            np.maximum(highest, (vectors @ noise.T).max(axis=0), out=highest)
    return float(np.quantile(highest, QUANTILE))
