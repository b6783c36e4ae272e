"""Compared with the present one on what taught neither, by an interval, never by a mean alone."""

from __future__ import annotations

from tests.suggestions.learning.conftest import model
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.learning.decisions import Taught
from webapp.suggestions.learning.judged import ENOUGH, NEW, PRESENT, judge
from webapp.suggestions.pairs import Pair
from webapp.suggestions.seen import Seen


def taught(pairs: tuple[Pair, ...]) -> Taught:
    return Taught(pairs, {}, len(pairs), 0, 0, 0)


def test_one_that_is_surely_better_may_serve(contest: Contest, chosen: tuple[Pair, ...]) -> None:
    wrong = model(-1.0)
    found = judge({"go_bp": contest}, taught(chosen), wrong, wrong)
    assert found.better
    assert found.key_events == len(chosen)
    assert found.whole is not None
    assert found.whole.figures[PRESENT].means["mrr"] < 0.2
    assert found.whole.figures[NEW].means["mrr"] > 0.8
    assert found.reason.startswith("It is better: the difference of the MRR is +0.")


def test_one_that_is_as_good_may_not(contest: Contest, chosen: tuple[Pair, ...]) -> None:
    right = model(10.0)
    found = judge({"go_bp": contest}, taught(chosen), right, right)
    assert not found.better
    assert "not surely better" in found.reason


def test_a_few_key_events_decide_nothing(contest: Contest, chosen: tuple[Pair, ...]) -> None:
    wrong = model(-1.0)
    found = judge({"go_bp": contest}, taught(chosen[: ENOUGH - 1]), wrong, wrong)
    assert not found.better
    assert found.reason == (
        f"{ENOUGH - 1} Key Events have an accepted pair and taught neither ranker; {ENOUGH} are "
        "needed to tell which is better."
    )


def test_key_events_that_taught_the_present_one_are_not_asked(
    contest: Contest, chosen: tuple[Pair, ...]
) -> None:
    half = Seen.of(contest.concepts[pair.key_event] for pair in chosen[:20])
    wrong = model(-1.0, half)
    found = judge({"go_bp": contest}, taught(chosen), wrong, wrong)
    assert found.key_events == sum(contest.concepts[pair.key_event] not in half for pair in chosen)
    assert 0 < found.key_events <= 20


def test_against_the_fixed_combination_all_are_asked(
    contest: Contest, chosen: tuple[Pair, ...]
) -> None:
    found = judge({"go_bp": contest}, taught(chosen), None, None)
    assert found.key_events == len(chosen)
    assert found.better


def test_nobody_is_asked_where_nothing_was_accepted(contest: Contest) -> None:
    found = judge({"go_bp": contest}, taught(()), None, None)
    assert found.whole is None
    assert not found.better
    assert found.reason.startswith("0 Key Events")
