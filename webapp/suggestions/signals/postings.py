"""Word and letter statistics of many names: for each feature, the names that have it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.text import words
from webapp.suggestions.vocabulary import canonical, canonical_stems

Values = NDArray[np.float32]
GRAM = 4


class Coverage:
    """How much of a name's words a text has, and of a text's words a name has, by rarity."""

    def __init__(self, names: Sequence[Iterable[str]]) -> None:
        sets = [frozenset(name) for name in names]
        count = Counter(word for each in sets for word in each)
        self._unknown = math.log(len(sets) + 1)
        self._rarity = {word: math.log((len(sets) + 1) / (n + 0.5)) for word, n in count.items()}
        rows = defaultdict(list)
        for row, each in enumerate(sets):
            for word in each:
                rows[word].append(row)
        self._rows = {word: np.array(each, dtype=np.int32) for word, each in rows.items()}
        self._whole = np.array(
            [sum(self._rarity[word] for word in each) or 1.0 for each in sets], dtype=np.float32
        )

    def coverage(self, text: str) -> tuple[Values, Values]:
        """The shared part of each name and of the text, between 0 and 1."""
        shared = np.zeros(len(self._whole), dtype=np.float32)
        whole = 0.0
        for word in set(canonical_stems(text)):
            rarity = self._rarity.get(word, self._unknown)
            whole += rarity
            if word in self._rows:
                shared[self._rows[word]] += rarity
        return shared / self._whole, shared / (whole or 1.0)


def coverage_index(names: Sequence[str]) -> Coverage:
    """Over the canonical stems of names."""
    return Coverage([canonical_stems(name) for name in names])


class Grams:
    """Cosine of weighted letter sequences: forgives endings, compounds and spellings."""

    def __init__(self, names: Sequence[str]) -> None:
        sets = [set(_grams(name)) for name in names]
        count = Counter(gram for each in sets for gram in each)
        self._count = len(sets)
        self._rarity = {gram: math.log(len(sets) / n) + 0.3 for gram, n in count.items()}
        entries: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, each in enumerate(sets):
            length = math.sqrt(sum(self._rarity[gram] ** 2 for gram in each)) or 1.0
            for gram in each:
                entries[gram].append((row, self._rarity[gram] / length))
        self._entries = {
            gram: (
                np.array([row for row, _ in each], dtype=np.int32),
                np.array([weight for _, weight in each], dtype=np.float32),
            )
            for gram, each in entries.items()
        }

    def cosine(self, text: str) -> Values:
        """With each name, between 0 and 1."""
        found = np.zeros(self._count, dtype=np.float32)
        squared = 0.0
        for gram in set(_grams(text)):
            rarity = self._rarity.get(gram, math.log(max(self._count, 2)))
            squared += rarity**2
            if gram in self._entries:
                rows, weights = self._entries[gram]
                found[rows] += rarity * weights
        return found / (math.sqrt(squared) or 1.0)


def _grams(text: str) -> list[str]:
    padded = f" {' '.join(words(canonical(text)))} "
    return [padded[start : start + GRAM] for start in range(len(padded) - GRAM + 1)]
