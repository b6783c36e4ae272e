from __future__ import annotations

import threading

from sqlalchemy import func, select

from webapp.accounts.models import Person
from webapp.accounts.people import enrol
from webapp.curation import workflow
from webapp.curation.claim import Proposal
from webapp.curation.models import Mapping, MappingEvent, MappingVersion
from webapp.curation.refusals import Conflict
from webapp.database import Database

ANSWERS = {
    "relationship": "unclear",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}


def test_one_wins_and_the_others_are_told_which_mapping_is_in_the_way(database: Database) -> None:
    people: list[Person] = []
    for number in range(8):
        with database.write() as session:
            people.append(enrol(session, "link", f"p{number}", f"P {number}", "curator"))
    start = threading.Barrier(len(people))
    won: list[str] = []
    refused: list[Conflict] = []

    def press(person: Person) -> None:
        start.wait(timeout=60)
        try:
            proposal = Proposal(1513, "wikipathways:WP254", ANSWERS)
            won.append(workflow.propose(database, person, proposal))
        except Conflict as conflict:
            refused.append(conflict)

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(won) == 1
    assert [conflict.mapping for conflict in refused] == won * 7
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Mapping, MappingVersion, MappingEvent)
        ]
    assert counts == [1, 1, 1]


def test_a_rejected_pair_may_be_proposed_again(database: Database) -> None:
    with database.write() as session:
        author = enrol(session, "link", "a", "A", "curator")
        reviewer = enrol(session, "link", "r", "R", "reviewer")
    proposal = Proposal(1513, "wikipathways:WP254", ANSWERS)
    first = workflow.propose(database, author, proposal)
    workflow.act(database, reviewer, first, "reject", reason="too broad")
    second = workflow.propose(database, author, proposal)
    assert second != first
