"""Every state, action and kind of person against the table of the workflow."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest
from sqlalchemy import select, update

from webapp.accounts.models import Person
from webapp.accounts.people import enrol
from webapp.curation import workflow
from webapp.curation.claim import Proposal
from webapp.curation.models import STATES, Mapping, MappingEvent
from webapp.curation.refusals import Conflict, NotAllowed, Refused
from webapp.curation.steps import STEPS
from webapp.database import Database

ANSWERS = {
    "relationship": "causative",
    "evidence": "likely",
    "specificity": "includes",
    "coverage": "key_steps",
}
PEOPLE = ("author", "curator", "reviewer", "admin", "author who reviews")


def person(database: Database, name: str, role: str) -> Person:
    with database.write() as session:
        return enrol(session, "link", name, name, role)


def proposed(database: Database, author: Person) -> str:
    return workflow.propose(database, author, Proposal(1513, "wikipathways:WP254", ANSWERS))


def cast(database: Database, who: str) -> tuple[Person, Person]:
    """The author of a proposal and the person who acts."""
    role = "reviewer" if who == "author who reviews" else "curator"
    author = person(database, "author", role)
    if who.startswith("author"):
        return author, author
    return author, person(database, who, who)


ANY_CURATOR = set(PEOPLE)
OTHER_REVIEWERS = {"reviewer", "admin"}
REVIEWERS = {*OTHER_REVIEWERS, "author who reviews"}
AUTHORS = {"author", "author who reviews"}
TABLE: dict[str, tuple[set[str], set[str], str]] = {
    "approve": (OTHER_REVIEWERS, {"proposed"}, "approved"),
    "return": (OTHER_REVIEWERS, {"proposed"}, "returned"),
    "reject": (OTHER_REVIEWERS, {"proposed", "returned"}, "rejected"),
    "withdraw": (AUTHORS, {"proposed", "returned"}, "withdrawn"),
    "resubmit": (AUTHORS, {"returned"}, "proposed"),
    "revise": (ANY_CURATOR, {"approved"}, "proposed"),
    "retire": (REVIEWERS, {"approved"}, "retired"),
    "supersede": (REVIEWERS, {"approved"}, "superseded"),
    "undo": (set(), set(), ""),  # see test_an_approval_can_be_undone
}
"""Action: who may, from which states, where it leads to."""


def test_the_table_has_every_step() -> None:
    assert {name: (set(step.before), step.after) for name, step in STEPS.items()} == {
        name: (states, after) for name, (_, states, after) in TABLE.items() if after
    } | {"undo": ({"approved"}, "proposed")}


@pytest.mark.parametrize("action", sorted(set(TABLE) - {"undo"}))
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_do_what_from_which_state(database: Database, who: str, action: str) -> None:
    author, actor = cast(database, who)
    other = workflow.propose(database, author, Proposal(1945, "wikipathways:WP4923", ANSWERS))
    for state in STATES:
        may, before, after = TABLE[action]
        uuid = mapping_in(database, author, state)
        done = who in may and state in before
        expected: AbstractContextManager[object] = nullcontext()
        if who not in may:
            expected = pytest.raises(NotAllowed)
        elif not done:
            expected = pytest.raises(Conflict, match=f"is {state} by now")
        with expected:
            otherwise = Proposal(1513, "wikipathways:WP254", ANSWERS | {"coverage": "complete"})
            found = workflow.act(
                database, actor, uuid, action, reason="because", proposal=otherwise, successor=other
            )
            assert found == after
        with database.write() as session:
            mapping = session.scalars(select(Mapping).where(Mapping.uuid == uuid)).one()
            assert mapping.state == (after if done else state)
            assert [one.action for one in mapping.events] == ["propose", *([action] * done)]
            assert len(mapping.versions) == 1 + (done and STEPS[action].claims)
            assert (mapping.successor is not None) == (done and action == "supersede")
            offered = workflow.allowed_actions(actor, mapping)
            assert (action in offered) is (who in may and mapping.state in before)
            mapping.state, mapping.approved_version = "withdrawn", None  # the pair is free again


def mapping_in(database: Database, author: Person, state: str) -> str:
    """A mapping of one version in that state."""
    uuid = proposed(database, author)
    approved = 1 if state == "approved" else None
    values = {"state": state, "approved_version": approved}
    with database.write() as session:
        session.execute(update(Mapping).where(Mapping.uuid == uuid).values(**values))
    return uuid


def test_alone_on_a_site_one_may_decide_on_ones_own(database: Database) -> None:
    author, _ = cast(database, "author who reviews")
    uuid = proposed(database, author)
    with database.read() as session:
        mapping = session.scalars(select(Mapping)).one()
        assert "approve" in workflow.allowed_actions(author, mapping, self_review=True)
    assert workflow.act(database, author, uuid, "approve", self_review=True) == "approved"
    curator = person(database, "somebody", "curator")
    uuid = workflow.propose(database, curator, Proposal(1945, "wikipathways:WP4923", ANSWERS))
    with pytest.raises(NotAllowed, match="Only reviewers"):
        workflow.act(database, curator, uuid, "approve", self_review=True)


def test_rejecting_needs_a_reason(database: Database) -> None:
    author, reviewer = cast(database, "reviewer")
    uuid = proposed(database, author)
    with pytest.raises(Refused) as raised:
        workflow.act(database, reviewer, uuid, "reject", reason="  ")
    assert set(raised.value.fields) == {"reason"}
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "proposed"


def test_a_version_that_is_no_longer_the_latest_is_a_conflict(database: Database) -> None:
    author, reviewer = cast(database, "reviewer")
    uuid = proposed(database, author)
    with pytest.raises(Conflict, match="came while you looked"):
        workflow.act(database, reviewer, uuid, "approve", version=7)


def test_approval_publishes_the_version(database: Database) -> None:
    author, reviewer = cast(database, "reviewer")
    uuid = proposed(database, author)
    workflow.act(database, reviewer, uuid, "approve", version=1)
    with database.read() as session:
        mapping = session.scalars(select(Mapping)).one()
        last = session.scalars(select(MappingEvent).order_by(MappingEvent.id.desc())).first()
    assert (mapping.state, mapping.approved_version, mapping.uuid) == ("approved", 1, uuid)
    assert last is not None
    assert (last.before, last.after, last.person_id) == ("proposed", "approved", reviewer.id)
