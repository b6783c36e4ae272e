"""Rejected pairs teach the ranker, until somebody proposes them again."""

from __future__ import annotations

from tests.conftest import Member, propose
from webapp.__main__ import parser
from webapp.curation.decided import DECISIONS, rejected_pairs
from webapp.database import Database
from webapp.suggestions.pairs import Pair


def reject(reviewer: Member, uuid: str) -> None:
    answer = reviewer.post(f"/mappings/{uuid}/reject", reason="Another process.", version="1")
    assert answer.status_code == 303, answer.text


def test_a_rejected_pair_is_handed_down(
    curator: Member, reviewer: Member, database: Database
) -> None:
    reject(reviewer, propose(curator))
    with database.read() as session:
        assert rejected_pairs(session) == [Pair(1513, "wikipathways:WP254")]


def test_one_that_is_proposed_again_is_not(
    curator: Member, reviewer: Member, database: Database
) -> None:
    reject(reviewer, propose(curator))
    reject(reviewer, propose(curator))
    with database.read() as session:
        assert rejected_pairs(session) == [Pair(1513, "wikipathways:WP254")]
    propose(curator)
    with database.read() as session:
        assert rejected_pairs(session) == []


def test_commands_are_handed_what_curation_knows() -> None:
    assert parser().parse_args(["ranker", "train"]).decisions is DECISIONS
