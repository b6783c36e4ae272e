"""The lexical signal: BM25 (Lucene's variant, by the bm25s library) over names and synonyms."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.text import stems, words

K1, B = 1.5, 0.75

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports every index it builds


class LexicalIndex:
    """Word statistics of the names of one resource's targets, in the order they were given."""

    def __init__(self, index: Any, count: int) -> None:
        self._index = index
        self.count = count

    @classmethod
    def build(cls, names: Sequence[str]) -> LexicalIndex:
        """Index one text a target (its title and synonyms)."""
        index = bm25s.BM25(k1=K1, b=B)
        if names:
            # An index of no word at all cannot be built; a lone space stands for an empty name.
            index.index([stems(name) or [" "] for name in names], show_progress=False)
        return cls(index, len(names))

    @classmethod
    def load(cls, folder: Path, count: int) -> LexicalIndex:
        """Map a saved index; its arrays are shared between processes."""
        if not count:
            return cls(bm25s.BM25(k1=K1, b=B), 0)
        return cls(bm25s.BM25.load(str(folder), mmap=True, show_progress=False), count)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.count:
            self._index.save(str(folder), show_progress=False)

    def score(self, text: str) -> NDArray[np.float32]:
        """BM25 of every target for the words of a text, shape (count,); 0 where none is shared."""
        query = [stem for stem in dict.fromkeys(stems(text)) if stem in self._vocabulary]
        if not query:
            return np.zeros(self.count, dtype=np.float32)
        scores: NDArray[np.float32] = self._index.get_scores(query)
        return scores

    @property
    def _vocabulary(self) -> dict[str, int]:
        return self._index.vocab_dict if self.count else {}


def shared_words(query: str, name: str) -> list[str]:
    """The words of `name` whose stems `query` has too, in the order of `name`."""
    wanted = set(stems(query))
    pairs = zip(words(name), stems(name), strict=True)
    return list(dict.fromkeys(word for word, stem in pairs if stem in wanted))
