"""Memory, priors and coefficients come from other pairs than those that are tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import update

from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.suggestions.evaluation.contest import Contest, prepare
from webapp.suggestions.evaluation.fused import fused_ranking
from webapp.suggestions.evaluation.gold import Gold, usable
from webapp.suggestions.evaluation.measure import (
    UNSEEN_CONCEPTS,
    UNSEEN_TARGETS,
    Taught,
    as_it_serves,
    cross_validated,
    measure,
)
from webapp.suggestions.evaluation.ranking import Ranking, Scorer
from webapp.suggestions.fusion import shipped_model
from webapp.suggestions.pairs import Pair

TWINS = (1262, 1514)
"""Key Events that are one concept in these tests."""


@dataclass
class ByHeart:
    """A ranker that knows nothing but the pairs it was taught, and remembers who asked."""

    contest: Contest
    seen: frozenset[str] = frozenset()
    name: str = "by heart"
    asked: list[tuple[int, list[Pair]]] = field(default_factory=list)

    def fit(self, known: Sequence[Pair]) -> Scorer:
        taught = list(known)

        def score(number: int) -> NDArray[np.float32]:
            self.asked.append((number, taught))
            mine = {
                pair.identifier
                for pair in taught
                if self.contest.concepts[pair.key_event] == self.contest.concepts[number]
            }
            rows = [float(one in mine) for one in self.contest.part.identifiers]
            return np.array(rows, dtype=np.float32)

        return score

    def shipped(self, known: Sequence[Pair]) -> Scorer:
        return self.fit(known)


@pytest.fixture
def twins(contest: Contest, database: Database) -> Contest:
    """The contest with two Key Events whose titles differ in direction and order alone."""
    with database.write() as session:
        for number, title in zip(
            TWINS, ("Increase, Death of cells", "Cell death, decreased"), strict=True
        ):
            session.execute(update(KeyEvent).where(KeyEvent.number == number).values(title=title))
    with database.read() as session:
        return prepare(session, contest.index, "wikipathways")


def gold_of(contest: Contest, answer: Callable[[int], str] = lambda number: "WP254") -> Gold:
    numbers = [55, 188, 642, 643, 1508, 1509, 1511, 1513, 1945, 2010, *TWINS]
    return usable([(0, str(one), answer(one)) for one in numbers], contest, "gold")


def test_the_twins_are_one_concept_and_nobody_else_is(twins: Contest) -> None:
    assert twins.concepts[1262] == twins.concepts[1514] == "cell death"
    tested = [twins.concepts[number] for number in gold_of(twins).answers]
    assert len(set(tested)) == len(tested) - 1


@pytest.mark.parametrize("seed", range(5))
def test_who_learns_by_heart_is_as_good_as_nothing(twins: Contest, seed: int) -> None:
    gold, ranking = gold_of(twins), ByHeart(twins)
    taught = cross_validated(ranking, gold, twins, folds=5, seed=seed)
    measured = measure(ranking, taught, gold, twins, {}, seed)

    assert len(ranking.asked) == len(gold.answers)
    for number, known in ranking.asked:
        concepts = {twins.concepts[pair.key_event] for pair in known}
        assert known
        assert twins.concepts[number] not in concepts
    # All targets are tied, so each is at the last place.
    last = int(twins.candidates.sum())
    assert measured.whole.figures["fused"].means["mrr"] == pytest.approx(1 / last)
    assert set(measured.best["fused"].values()) == {last}


def test_by_heart_is_perfect_where_it_may_see_the_answers(twins: Contest) -> None:
    gold, ranking = gold_of(twins), ByHeart(twins)
    scorer = ranking.fit(gold.pairs)
    cheating = Taught(
        dict.fromkeys(gold.answers, scorer), dict.fromkeys(gold.answers, False), None, 0
    )
    measured = measure(ranking, cheating, gold, twins, {}, 0)
    assert measured.whole.figures["fused"].means["mrr"] == 1
    assert measured.subsets[UNSEEN_CONCEPTS] is None


def test_other_answers_of_a_part_change_none_of_its_scores(twins: Contest) -> None:
    """The ranker that ships: whatever experts say of a Key Event, its own list stays the same."""
    gold = gold_of(twins)
    before = cross_validated(fused_ranking(twins, shipped_model()), gold, twins, folds=5, seed=1)
    parts: dict[int, list[int]] = {}
    for number, scorer in before.scorers.items():
        parts.setdefault(id(scorer), []).append(number)
    for part in parts.values():
        changed = gold_of(twins, lambda number, part=part: "WP197" if number in part else "WP254")  # type: ignore[misc]
        after = cross_validated(
            fused_ranking(twins, shipped_model()), changed, twins, folds=5, seed=1
        )
        for number in part:
            np.testing.assert_array_equal(
                after.scorers[number](number), before.scorers[number](number)
            )


def test_the_memory_of_the_site_forgets_the_tested_concepts(twins: Contest) -> None:
    gold = usable([(0, "1262", "WP254"), (0, "188", "WP197")], twins, "gold")
    approved = [
        Pair(1262, "wikipathways:WP254"),
        Pair(1514, "wikipathways:WP254"),
        Pair(1514, "GO:0006915"),
        Pair(1945, "wikipathways:WP4923"),
    ]
    ranking = ByHeart(twins)
    measure(ranking, as_it_serves(ranking, gold, twins, approved), gold, twins, {}, 0)
    assert ranking.asked == [(188, approved[3:]), (1262, approved[3:])]


def test_concepts_and_targets_of_the_training_are_told_apart(twins: Contest) -> None:
    gold = gold_of(twins, lambda number: "WP197" if number == 188 else "WP254")
    ranking: Ranking = ByHeart(twins, seen=frozenset({"cell death"}))
    served = measure(ranking, as_it_serves(ranking, gold, twins, []), gold, twins, {}, 0)
    table = served.subsets[UNSEEN_CONCEPTS]
    assert table is not None
    assert table.count == len(gold.answers) - 2
    assert UNSEEN_TARGETS not in served.subsets

    taught = cross_validated(ranking, gold, twins, folds=5, seed=0)
    table = measure(ranking, taught, gold, twins, {}, 0).subsets[UNSEEN_TARGETS]
    assert table is not None
    assert table.count == 1  # 188: nobody else has WP197
