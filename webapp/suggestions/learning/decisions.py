"""What people decided, as a ranker learns from it: pairs that stand, and pairs that do not.

A rejected pair was looked at and found wrong. A target that was shown above the accepted one was
passed over by whoever chose: weaker, as they may have stopped reading, but there is much of it
(Joachims 2002, doi 10.1145/775047.775067).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from webapp.suggestions.coverage import Choice, Choices, was_searched
from webapp.suggestions.pairs import ApprovedPairs, Pair, no_pairs
from webapp.suggestions.training import Declined

REJECTED = 4.0
PASSED_OVER = 2.0
"""As how many targets of the list each counts that nobody spoke of; set by judgement, as no
record of decisions was there to choose by. What comes of it is judged before it serves."""


class RejectedPairs(Protocol):
    """The pairs of this site that were rejected and are not live again."""

    def __call__(self, session: Session) -> Sequence[Pair]:
        """All of them, of every resource, each once."""
        ...


def _no_choices(session: Session) -> Sequence[Choice]:
    return ()


@dataclass(frozen=True)
class Decisions:
    """Where decisions are read; the room that knows them makes one."""

    approved: ApprovedPairs = no_pairs
    rejected: RejectedPairs = no_pairs
    choices: Choices = _no_choices
    proposed: ApprovedPairs = no_pairs
    """Pairs that wait for review: of these nobody knows yet, so they count neither way."""


@dataclass(frozen=True)
class Taught:
    """All that a ranker learns from."""

    pairs: tuple[Pair, ...]
    """Experts' and approved ones, each once."""
    declined: Declined
    experts: int
    approved: int
    rejected: int
    passed_over: int

    def without(self, hidden: set[int]) -> Taught:
        """What is left without some Key Events; the counts stay those of all."""
        return Taught(
            tuple(pair for pair in self.pairs if pair.key_event not in hidden),
            {pair: count for pair, count in self.declined.items() if pair.key_event not in hidden},
            self.experts,
            self.approved,
            self.rejected,
            self.passed_over,
        )


def taught_by(session: Session, decisions: Decisions, experts: Iterable[Pair]) -> Taught:
    """Everything together; a pair that somebody accepted is declined by nobody."""
    experts, approved = set(experts), set(decisions.approved(session))
    accepted = experts | approved
    rejected = set(decisions.rejected(session)) - accepted
    passed_over = _passed_over(decisions.choices(session)) - accepted - rejected
    passed_over -= set(decisions.proposed(session))
    return Taught(
        tuple(sorted(accepted)),
        dict.fromkeys(sorted(passed_over), PASSED_OVER) | dict.fromkeys(sorted(rejected), REJECTED),
        len(experts),
        len(approved - experts),
        len(rejected),
        len(passed_over),
    )


def _passed_over(choices: Iterable[Choice]) -> set[Pair]:
    """What stood above the target that was chosen, in the list of suggestions that it was
    chosen from."""
    found = set()
    for one in choices:
        if one.shown is None or one.shown["resource"] != one.resource or was_searched(one.shown):
            continue
        ranks = {identifier: rank for identifier, rank, _ in one.shown["targets"]}
        chosen = ranks.get(one.identifier, 0)
        found |= {Pair(one.key_event, other) for other, rank in ranks.items() if rank < chosen}
    return found
