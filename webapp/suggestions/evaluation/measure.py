"""Measure a ranker and the baselines against the same pairs, never on what the ranker was taught.

Plainly: the ranker as it serves, whose memory is the site's approved mappings without those of the
tested concepts. Cross-validated: for each part of the Key Events, the ranker learns anew from the
pairs of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.folds import grouped_folds
from webapp.suggestions.evaluation.gold import Gold
from webapp.suggestions.evaluation.metrics import Table, Values, places, tabulate, values_of
from webapp.suggestions.evaluation.ranking import Ranking, Scorer
from webapp.suggestions.pairs import Pair
from webapp.suggestions.text import spell_greek, stems, without_direction

FUSED = "fused"
NO_SHARED_STEM = "no_shared_stem"
UNSEEN_CONCEPTS = "unseen_concepts"
UNSEEN_TARGETS = "unseen_targets"


@dataclass(frozen=True)
class Taught:
    """A ranker that has learnt, and what it may know of the Key Events that it is tested on."""

    scorers: Mapping[int, Scorer]
    """By Key Event."""
    unseen_concept: Mapping[int, bool]
    """Whether no Key Event of the same concept was in its training."""
    unseen_targets: Mapping[int, bool] | None
    """Whether no pair of its training had one of the Key Event's targets; None where unknown."""
    folds: int
    parts: Mapping[int, int] = field(default_factory=dict)
    """By Key Event: the part that it was tested in."""


@dataclass(frozen=True)
class Measured:
    """The figures over all Key Events and over the harder ones, and each Key Event's places."""

    ranker: str
    folds: int
    """0 where the ranker was measured as it serves."""
    whole: Table
    subsets: dict[str, Table | None]
    """None where no Key Event is of the kind."""
    not_ranked: tuple[Pair, ...]
    """Pairs whose target is live and no candidate: they count as misses."""
    best: dict[str, dict[int, float]] = field(repr=False)
    """The best place of each Key Event, by ranker."""


def as_it_serves(
    ranking: Ranking, gold: Gold, contest: Contest, approved: Sequence[Pair]
) -> Taught:
    """The shipped ranker; it remembers what is approved, but for the tested concepts."""
    scorer = ranking.shipped(remembered(gold, contest, approved))
    return Taught(
        scorers=dict.fromkeys(gold.answers, scorer),
        unseen_concept={
            number: contest.concepts[number] not in ranking.seen for number in gold.answers
        },
        unseen_targets=None,
        folds=0,
    )


def remembered(gold: Gold, contest: Contest, approved: Sequence[Pair]) -> list[Pair]:
    """What is approved, but for the tested concepts."""
    tested = {contest.concepts[number] for number in gold.answers}
    return [pair for pair in approved if _concept(contest, pair) not in tested]


def cross_validated(
    ranking: Ranking, gold: Gold, contest: Contest, folds: int, seed: int
) -> Taught:
    """A ranker for each part, taught by the pairs of Key Events of other concepts alone."""
    scorers: dict[int, Scorer] = {}
    unseen_targets: dict[int, bool] = {}
    parts = grouped_folds(gold.answers, contest.concepts, folds, seed)
    for part in parts:
        tested = {contest.concepts[number] for number in part}
        known = [pair for pair in gold.pairs if _concept(contest, pair) not in tested]
        scorers |= dict.fromkeys(part, ranking.fit(known))
        taught = {pair.identifier for pair in known}
        unseen_targets |= {number: taught.isdisjoint(gold.answers[number]) for number in part}
    tested_in = {number: place for place, part in enumerate(parts) for number in part}
    unseen = dict.fromkeys(gold.answers, True)
    return Taught(scorers, unseen, unseen_targets, len(parts), tested_in)


def measure(
    ranking: Ranking,
    taught: Taught,
    gold: Gold,
    contest: Contest,
    baselines: Mapping[str, Scorer],
    seed: int,
) -> Measured:
    """Let everybody rank the Key Events of the gold; the same figures each time for a seed."""
    rows = {number: [contest.rows.get(one) for one in ids] for number, ids in gold.answers.items()}
    values: dict[str, Values] = {}
    best: dict[str, dict[int, float]] = {}
    for name in (FUSED, *baselines):
        found: dict[int, NDArray[np.float64]] = {
            number: places(
                (taught.scorers[number] if name == FUSED else baselines[name])(number),
                rows[number],
                contest.candidates,
            )
            for number in gold.answers
        }
        values[name] = np.stack([values_of(each) for each in found.values()])
        best[name] = {number: float(each.min()) for number, each in found.items()}
    marks = {
        NO_SHARED_STEM: {number: not _shares_a_stem(number, gold, contest) for number in rows},
        UNSEEN_CONCEPTS: taught.unseen_concept,
    }
    if taught.unseen_targets is not None:
        marks[UNSEEN_TARGETS] = taught.unseen_targets
    subsets: dict[str, Table | None] = {}
    for kind, marked in marks.items():
        chosen = np.array([marked[number] for number in gold.answers], dtype=np.bool_)
        subsets[kind] = tabulate(values, FUSED, chosen, seed) if chosen.any() else None
    return Measured(
        ranker=ranking.name,
        folds=taught.folds,
        whole=tabulate(values, FUSED, np.ones(len(rows), dtype=np.bool_), seed),
        subsets=subsets,
        not_ranked=tuple(pair for pair in gold.pairs if pair.identifier not in contest.rows),
        best=best,
    )


def _concept(contest: Contest, pair: Pair) -> str:
    return contest.concepts.get(pair.key_event, f"key event {pair.key_event}")


def _shares_a_stem(number: int, gold: Gold, contest: Contest) -> bool:
    """Whether the title shares a stem with the title of any of its targets."""
    own = set(stems(without_direction(spell_greek(contest.key_events[number].title))))
    return any(own & set(stems(contest.targets[one].title)) for one in gold.answers[number])
