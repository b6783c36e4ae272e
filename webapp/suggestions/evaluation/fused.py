"""The ranker of this version, as an evaluation sees it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.ranking import Ranking, Scorer
from webapp.suggestions.pairs import Pair
from webapp.suggestions.ranker import LEXICAL_WEIGHT, VERSION


def fused_ranking(contest: Contest) -> Ranking:
    """The ranker that makes the lists of this resource."""
    return FixedSum(contest)


@dataclass(frozen=True)
class FixedSum:
    """dense + 0.025 × BM25 (see `ranker`); its one weight was chosen beforehand, so it learns
    nothing."""

    contest: Contest
    seen: Container[str] = frozenset()

    @property
    def name(self) -> str:
        """Version and encoder, as lists that were shown keep them."""
        return f"{VERSION}/{self.contest.index.encoder or 'lexical'}"

    def fit(self, known: Sequence[Pair]) -> Scorer:
        """There is nothing to learn."""
        return self._score

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        """The same."""
        return self._score

    def _score(self, number: int) -> NDArray[np.float32]:
        index, part = self.contest.index, self.contest.part
        query = query_of(self.contest.key_events[number].title, index.abbreviations)
        lexical = part.lexical.score(query.spelt_out)
        vectors = index.vectors_of(number, query.plain)
        if vectors is None or part.vectors is None:
            return lexical
        scores: NDArray[np.float32] = (part.vectors @ vectors.T).max(axis=1)
        return scores + LEXICAL_WEIGHT * lexical
