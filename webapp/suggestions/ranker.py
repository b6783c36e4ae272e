"""The fixed combination: free text, and Key Events that the index has no signals of.

score = dense + LEXICAL_WEIGHT * BM25, where dense is the larger cosine of the two texts of a Key
Event with the target's name. The weight was chosen on expert pairs of three resources; see
docs/suggestions.md. Without vectors the list is BM25's alone, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.abbreviations import Query
from webapp.suggestions.index import ResourceIndex
from webapp.suggestions.lexical import shared_words
from webapp.suggestions.phrases import Phrase, marked, plain
from webapp.suggestions.signals.meaning import ordinal
from webapp.suggestions.text import stems

LEXICAL_WEIGHT = 0.025
VERSION = "fixed-2"
BLOCK = 512
"""Vectors that are compared at once."""


@dataclass(frozen=True)
class Reason:
    """Why a target is in the list: the signal's name and a sentence for the curator."""

    signal: str
    text: str
    phrase: Phrase = ()
    """The same sentence with what matched told apart; empty where nothing is."""

    @classmethod
    def of(cls, signal: str, phrase: Phrase) -> Reason:
        """A reason by its phrase."""
        return cls(signal, plain(phrase), phrase)


@dataclass(frozen=True)
class Suggestion:
    """One target of a ranked list. `score` orders the list and means nothing by itself."""

    rank: int
    identifier: str
    score: float
    lexical: float
    dense: float | None
    dense_rank: int | None
    title: str = ""
    target_id: int = 0
    reasons: tuple[Reason, ...] = field(default=())
    """What stands in the list, short."""
    evidence: tuple[Reason, ...] = field(default=())
    """What each signal knows, for those who ask."""
    name: Phrase = ()
    """The title with the words marked that matched."""


def rank(
    resource: ResourceIndex,
    text: str,
    vectors: NDArray[np.float32] | None,
    limit: int,
    absent: NDArray[np.bool_] | None = None,
    least: float = -np.inf,
) -> list[Suggestion]:
    """The best `limit` targets for a text; `vectors` (k, dimensions) are its encodings, if any.

    Only targets with some evidence are listed: a shared word or a vector. Equal scores keep the
    order of identifiers, so that a list is the same each time. `absent` marks the rows (one a
    target) that are no candidates and are counted nowhere. A target that shares no word must be
    nearer than the cosine `least`.
    """
    fused, dense, lexical = fixed_sum(resource, text, vectors)
    if absent is not None:
        fused = np.where(absent, -np.inf, fused)
        dense = None if dense is None else np.where(absent, -np.inf, dense)
    rows = best_rows(fused, limit)
    listed_from = np.inf if dense is None else dense[rows].min(initial=np.inf)
    above = fused[:0] if dense is None else np.sort(dense[dense > listed_from])
    listed: list[Suggestion] = []
    for row in rows:
        if fused[row] == -np.inf or (dense is None and lexical[row] <= 0):
            break
        if dense is not None and lexical[row] <= 0 and dense[row] <= least:
            continue
        listed.append(
            Suggestion(
                rank=len(listed) + 1,
                identifier=resource.identifiers[row],
                score=float(fused[row]),
                lexical=float(lexical[row]),
                dense=None if dense is None else float(dense[row]),
                dense_rank=None if dense is None else _place(above, dense[row]),
            )
        )
    return listed


def fixed_sum(
    resource: ResourceIndex, text: str, vectors: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]:
    """Score, cosine and BM25 of every target; without vectors the score is BM25, and no cosine."""
    lexical = resource.lexical.score(text)
    if vectors is None or resource.vectors is None or not len(resource.identifiers):
        return lexical, None, lexical
    dense = nearest_cosines(resource.vectors, vectors)
    return dense + LEXICAL_WEIGHT * lexical, dense, lexical


def with_pool(
    others: NDArray[np.float32], rows: NDArray[np.int32], found: NDArray[np.float32]
) -> NDArray[np.float32]:
    """One order of all targets: those of a pool (`rows`) by their fused scores (`found`), and below
    them all others by the fixed sum."""
    if not len(rows):
        return others
    scores: NDArray[np.float32] = others - others.max() + found.min() - 1
    scores[rows] = found
    return scores


def place_of(row: int, scores: NDArray[np.float32], absent: NDArray[np.bool_] | None) -> int:
    """Which place a target has, 1 for the best; equal scores count in row order, as in a list."""
    before = (scores > scores[row]) | ((scores == scores[row]) & (np.arange(len(scores)) < row))
    if absent is not None:
        before &= ~absent
    return int(before.sum()) + 1


def nearest_cosines(
    vectors: NDArray[np.float32], texts: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The larger cosine of any of `texts` (k, dimensions) with each of `vectors`, shape (n,).

    Computed in blocks that stay in the processor's cache: what takes time is to read the vectors.
    """
    found = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), BLOCK):
        block = slice(start, start + BLOCK)
        (vectors[block] @ texts.T).max(axis=1, out=found[block])
    return found


def _place(above: NDArray[np.float32], cosine: np.float32) -> int:
    """1 for the nearest; `above` are all larger cosines, and perhaps some more, ascending."""
    return len(above) - int(np.searchsorted(above, cosine, side="right")) + 1


def best_rows(scores: NDArray[np.float32], limit: int) -> list[int]:
    """Rows of the highest scores, best first; equal scores in row order."""
    limit = min(limit, len(scores))
    if limit <= 0:
        return []
    if limit < len(scores):
        # Everything tied with the last place competes, so that ties are broken by row order.
        threshold = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        rows = np.flatnonzero(scores >= threshold)
    else:
        rows = np.arange(len(scores))
    ordered = rows[np.argsort(-scores[rows], kind="stable")]
    return [int(row) for row in ordered[:limit]]


def reasons(
    suggestion: Suggestion, query: Query, title: str, candidates: int
) -> tuple[Reason, ...]:
    """Sentences for the curator about one suggestion among `candidates` targets.

    A word that came in with the long form of an abbreviation is told together with it, so that a
    curator sees how the title was read.
    """
    found = []
    if suggestion.lexical > 0:
        shared = shared_words(query.plain, title)
        told = [_shares(shared)] if shared else []
        for short, long_form in query.read_as.items():
            more = [word for word in shared_words(long_form, title) if word not in shared]
            if more:
                told.append(f"{_shares(more)}, with {short} read as {long_form}")
        words = frozenset(stems(query.spelt_out)).intersection(stems(title))
        found = [
            Reason("lexical", text, marked(text, words))
            for text in told or ["shares words with one of its synonyms"]
        ]
    if suggestion.dense_rank is not None:
        place = suggestion.dense_rank
        nearest = "nearest in meaning" if place == 1 else f"{ordinal(place)} nearest in meaning"
        found.append(Reason("dense", f"name is {nearest} of {candidates:,}"))
    return tuple(found)


def marked_name(query: Query, title: str) -> Phrase:
    """The name of a target with the words marked that the text has too."""
    return marked(title, frozenset(stems(query.spelt_out)))


def _shares(words: list[str]) -> str:
    return f"shares the word{'s' * (len(words) > 1)} {', '.join(words)}"
