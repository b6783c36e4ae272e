"""Words of the catalog that are spelt nearly like a word that is not in it.

The distance is optimal string alignment: letters that are left out, put in, exchanged, or swapped
with their neighbour (Damerau 1964, doi 10.1145/363958.363994).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST = 6
"""So many spellings stand in for a word at most."""
LONGER = 20
"""So many longer words that hold a word stand in for it at most."""


class Vocabulary:
    """All words of all names, with how many names hold each."""

    def __init__(self, connection: Any) -> None:
        rows = connection.execute("SELECT term, doc FROM vocabulary WHERE col = 'words'").fetchall()
        self._words = [term for term, _ in rows]
        self._names = [count for _, count in rows]

    def near(self, word: str) -> list[str]:
        """The spellings with the fewest mistakes between, frequent ones first."""
        allowed = mistakes(word)
        if not allowed:
            return []
        found = process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        found = [one for one in found if one[1]]
        least = min((distance for _, distance, _ in found), default=0)
        best = [(term, row) for term, distance, row in found if distance == least]
        # The first letter is rarely the wrong one.
        best.sort(key=lambda one: (one[0][0] != word[0], -self._names[one[1]], one[0]))
        return [term for term, _ in best[:MOST]]

    def holding(self, word: str) -> list[str]:
        """Longer words that a word is part of, frequent ones first."""
        if len(word) < 4:
            return []
        rows = [row for row, term in enumerate(self._words) if word in term and word != term]
        rows.sort(key=lambda row: (-self._names[row], self._words[row]))
        return [self._words[row] for row in rows[:LONGER]]


def mistakes(word: str) -> int:
    """How many mistakes a word of this length may have."""
    return sum(len(word) >= length for length in (3, 6, 12))


_last: tuple[tuple[str, int, int], Vocabulary] | None = None


def vocabulary(connection: Any, path: Path) -> Vocabulary:
    """The vocabulary of a file, read once for each that takes its place."""
    global _last
    state = path.stat()
    stamp = (str(path), state.st_ino, state.st_mtime_ns)
    held = _last
    if held is None or held[0] != stamp:
        held = _last = (stamp, Vocabulary(connection))
    return held[1]
