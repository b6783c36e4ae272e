"""Accepted, rejected, shown above an accepted one: each is learnt from as what it is."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from sqlalchemy.orm import Session

from webapp.suggestions.coverage import Choice
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.learning.decisions import (
    PASSED_OVER,
    REJECTED,
    Decisions,
    Taught,
    taught_by,
)
from webapp.suggestions.pairs import Pair
from webapp.suggestions.training import lessons, weights_from

A, B, C, D = (f"GO:{row:07d}" for row in range(4))
NOBODY = cast(Session, None)
"""The functions below ask no database."""


def shown(*identifiers: str, searched: str = "", ranker: str = "fused-1/e") -> dict[str, Any]:
    targets = [[one, rank, 0.0] for rank, one in enumerate(identifiers, 1)]
    return {"resource": "go_bp", "ranker": ranker, "searched": searched, "targets": targets}


def decided(
    approved: list[Pair], rejected: list[Pair] | None = None, choices: list[Choice] | None = None
) -> Taught:
    return taught_by(
        NOBODY,
        Decisions(
            lambda session: approved, lambda session: rejected or [], lambda session: choices or []
        ),
        [],
    )


def test_what_stood_above_the_chosen_one_was_passed_over() -> None:
    choice = Choice(1, "go_bp", C, shown(A, B, C, D))
    found = decided([Pair(1, C)], choices=[choice])
    assert found.pairs == (Pair(1, C),)
    assert found.declined == {Pair(1, A): PASSED_OVER, Pair(1, B): PASSED_OVER}
    assert (found.approved, found.passed_over) == (1, 2)


@pytest.mark.parametrize(
    "list_shown",
    [None, shown(A, B, C, searched="cells"), shown(A, B, C, ranker="fixed-2/identifier")],
)
def test_a_search_says_nothing_of_the_suggestions(list_shown: dict[str, Any] | None) -> None:
    choice = Choice(1, "go_bp", C, list_shown)
    assert decided([Pair(1, C)], choices=[choice]).declined == {}


def test_what_was_rejected_counts_more_than_what_was_passed_over() -> None:
    choice = Choice(1, "go_bp", C, shown(A, B, C))
    found = decided([Pair(1, C)], [Pair(1, A), Pair(2, B)], [choice])
    assert found.declined == {
        Pair(1, A): REJECTED,
        Pair(1, B): PASSED_OVER,
        Pair(2, B): REJECTED,
    }
    assert REJECTED > PASSED_OVER > 1


def test_what_somebody_accepted_is_declined_by_nobody() -> None:
    choice = Choice(1, "go_bp", C, shown(A, B, C))
    found = taught_by(
        NOBODY,
        Decisions(
            lambda session: [Pair(1, A), Pair(1, C)],
            lambda session: [Pair(1, C)],
            lambda session: [choice],
        ),
        [Pair(1, B)],
    )
    assert found.pairs == (Pair(1, A), Pair(1, B), Pair(1, C))
    assert found.declined == {}
    assert (found.experts, found.approved, found.rejected) == (1, 2, 0)


def test_a_signal_of_what_is_declined_loses_weight(contest: Contest) -> None:
    index, part = contest.index, contest.part
    assert part.pools is not None
    pairs = [Pair(number, f"GO:{number % 30:07d}") for number in range(1, 41)]
    column = part.pools.columns.index("bm25")
    declined = {}
    for number in range(1, 41):  # in each list, whatever has most of that signal was rejected
        values = part.pools.of(index.key_event_rows[number]).values[:, column].copy()
        values[number % 30] = -9
        declined[Pair(number, f"GO:{int(np.argmax(values)):07d}")] = 8.0
    columns = part.pools.columns
    before = weights_from(list(lessons(index, pairs, {}, warm=False)), columns)
    after = weights_from(list(lessons(index, pairs, {}, warm=False, declined=declined)), columns)
    assert after["bm25"] < before["bm25"] - 0.05
    assert after["title"] > 1


def test_a_rejection_alone_is_a_lesson_too(contest: Contest) -> None:
    (lesson,) = lessons(contest.index, [], {}, warm=False, declined={Pair(3, A): REJECTED})
    assert lesson.number == 3
    assert lesson.chosen.sum() == len(lesson.rows) - 1
    assert not lesson.chosen[lesson.rows == 0].any()


def test_weights_stay_near_to_earlier_ones_as_long_as_little_was_decided(
    contest: Contest,
) -> None:
    columns = contest.part.pools.columns if contest.part.pools else ()
    earlier = dict.fromkeys(columns, 0.0) | {"title": -1.0}

    def learnt(count: int) -> float:
        pairs = [Pair(number, f"GO:{number % 30:07d}") for number in range(1, count + 1)]
        found = list(lessons(contest.index, pairs, {}, warm=False))
        return weights_from(found, columns, earlier)["title"]

    assert learnt(0) == -1.0
    assert -1.0 < learnt(1) < learnt(10) < learnt(40)
    assert learnt(1) < -0.8
    assert learnt(40) > 0


def test_what_waits_for_review_counts_neither_way() -> None:
    choice = Choice(1, "go_bp", C, shown(A, B, C))
    found = taught_by(
        NOBODY,
        Decisions(
            approved=lambda session: [Pair(1, C)],
            choices=lambda session: [choice],
            proposed=lambda session: [Pair(1, A)],
        ),
        [],
    )
    assert found.declined == {Pair(1, B): PASSED_OVER}
