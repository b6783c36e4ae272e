"""The ranker of this version, as an evaluation sees it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.ranking import Ranking, Scorer
from webapp.suggestions.fusion import Model, fused
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import Pair
from webapp.suggestions.ranker import LEXICAL_WEIGHT, VERSION
from webapp.suggestions.seen import Seen
from webapp.suggestions.training import learn


def fused_ranking(contest: Contest, model: Model | None) -> Ranking:
    """The ranker that makes the lists of this resource; `model` serves, None is the fixed sum."""
    return FixedSum(contest) if contest.part.pools is None else FusedRanking(contest, model)


@dataclass(frozen=True)
class FusedRanking:
    """The learnt fusion."""

    contest: Contest
    model: Model | None
    """The one that serves; None where none was trained with the encoder."""

    @property
    def name(self) -> str:
        """Version and encoder, as lists that were shown keep them."""
        version = self.model.version if self.model else VERSION
        return f"{version}/{self.contest.index.encoder_told}"

    @property
    def seen(self) -> Container[str]:
        """What the serving weights were trained on."""
        return self.model.seen if self.model else frozenset()

    def fit(self, known: Sequence[Pair]) -> Scorer:
        """Weights and memory from these pairs alone; nothing of the serving model is used."""
        weights = learn(self.contest.index, known, self.contest.concepts)
        return self._scorer(Model("learnt", "", {}, weights, {}, {}, Seen()), known)

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        """The weights that serve, with these pairs as memory; the fixed sum where that serves."""
        return self._scorer(self.model, known)

    def _scorer(self, model: Model | None, known: Sequence[Pair]) -> Scorer:
        memory = Memory(self.contest.index, self.contest.resource, known)
        return scorer_of(self.contest, model, memory)


def scorer_of(contest: Contest, model: Model | None, memory: Memory) -> Scorer:
    """What a model makes of all targets: the fused score in the pool, below it all others by the
    fixed sum. Without a model the fixed sum alone."""
    index, resource, pools = contest.index, contest.resource, contest.part.pools
    fixed = FixedSum(contest)
    if model is None or pools is None:
        return fixed.score

    def score(number: int) -> NDArray[np.float32]:
        others = fixed.score(number)
        title = contest.key_events[number].title
        pooled = index.pool_of(resource, number, query_of(title, index.abbreviations).plain)
        if pooled is None or not len(pooled.rows):
            return others
        found, _ = fused(model, number, pooled, pools.columns, memory)
        scores: NDArray[np.float32] = others - others.max() + found.min() - 1
        scores[pooled.rows] = found
        return scores

    return score


@dataclass(frozen=True)
class FixedSum:
    """dense + 0.025 × BM25 (see `ranker`), for an index without vectors; it learns nothing."""

    contest: Contest
    seen: Container[str] = frozenset()

    @property
    def name(self) -> str:
        """Version and encoder, as lists that were shown keep them."""
        return f"{VERSION}/{self.contest.index.encoder_told or 'lexical'}"

    def fit(self, known: Sequence[Pair]) -> Scorer:
        """There is nothing to learn."""
        return self.score

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        """The same."""
        return self.score

    def score(self, number: int) -> NDArray[np.float32]:
        """One value a target."""
        index, part = self.contest.index, self.contest.part
        query = query_of(self.contest.key_events[number].title, index.abbreviations)
        lexical = part.lexical.score(query.spelt_out)
        vectors = index.vectors_of(number, query.plain)
        if vectors is None or part.vectors is None:
            return lexical
        scores: NDArray[np.float32] = (part.vectors @ vectors.T).max(axis=1)
        return scores + LEXICAL_WEIGHT * lexical
