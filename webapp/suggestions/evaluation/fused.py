"""The ranker of this version, as an evaluation sees it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.ranking import Ranking, Scorer
from webapp.suggestions.fusion import Model, ModelUnusable, fused, model_for, shipped_model
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import Pair
from webapp.suggestions.ranker import VERSION, fixed_sum, with_pool
from webapp.suggestions.seen import Seen
from webapp.suggestions.training import learn


def fused_ranking(contest: Contest) -> Ranking:
    """The ranker that makes the lists of this resource."""
    return FixedSum(contest) if contest.part.pools is None else FusedRanking(contest)


@dataclass(frozen=True)
class FusedRanking:
    """The learnt fusion."""

    contest: Contest

    @property
    def name(self) -> str:
        """Version and encoder, as lists that were shown keep them."""
        return f"{shipped_model().version}/{self.contest.index.encoder_told}"

    @property
    def seen(self) -> Container[str]:
        """What the shipped weights were trained on."""
        return shipped_model().seen

    def fit(self, known: Sequence[Pair]) -> Scorer:
        """Weights and memory from these pairs alone; nothing of the shipped model is used."""
        weights = learn(self.contest.index, known, self.contest.concepts)
        return self._scorer(Model("learnt", "", {}, weights, {}, {}, Seen(b"")), known)

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        """The shipped weights, with these pairs as memory; the fixed sum where they do not fit the
        encoder, as it serves."""
        try:
            return self._scorer(model_for(self.contest.index.encoder), known)
        except ModelUnusable:
            return FixedSum(self.contest).score

    def _scorer(self, model: Model, known: Sequence[Pair]) -> Scorer:
        index, resource = self.contest.index, self.contest.resource
        memory = Memory(index, resource, known)
        pools = self.contest.part.pools
        fixed = FixedSum(self.contest)

        def score(number: int) -> NDArray[np.float32]:
            """The fused score in the pool; below it all others by the fixed sum."""
            others = fixed.score(number)
            title = self.contest.key_events[number].title
            pooled = index.pool_of(resource, number, query_of(title, index.abbreviations).plain)
            if pooled is None or pools is None or not len(pooled.rows):
                return others
            found, _ = fused(model, number, pooled, pools.columns, memory)
            return with_pool(others, pooled.rows, found)

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
        return fixed_sum(part, query.spelt_out, index.vectors_of(number, query.plain))[0]
