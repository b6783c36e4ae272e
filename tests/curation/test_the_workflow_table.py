"""Every state, action and kind of person against the table of the workflow."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from webapp.accounts.models import Person
from webapp.accounts.people import enrol
from webapp.curation import workflow
from webapp.curation.claim import Proposal
from webapp.curation.models import STATES, Mapping, MappingEvent
from webapp.curation.refusals import Conflict, NotAllowed, Refused
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


MAY = {
    "approve": {"reviewer", "admin"},
    "reject": {"reviewer", "admin"},
    "withdraw": {"author", "author who reviews"},
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("action", sorted(workflow.STEPS))
@pytest.mark.parametrize("state", STATES)
def test_who_may_do_what_from_which_state(
    database: Database, state: str, action: str, who: str
) -> None:
    author, actor = cast(database, who)
    uuid = proposed(database, author)
    with database.write() as session:
        session.execute(update(Mapping).values(state=state))
    if who not in MAY[action]:
        with pytest.raises(NotAllowed):
            workflow.act(database, actor, uuid, action, reason="because")
    elif state != "proposed":
        with pytest.raises(Conflict, match=f"is {state} by now"):
            workflow.act(database, actor, uuid, action, reason="because")
    else:
        after = workflow.act(database, actor, uuid, action, reason="because")
        assert after == workflow.STEPS[action].after
        state = after
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == state
        actions = session.scalars(select(MappingEvent.action).order_by(MappingEvent.id)).all()
        mapping = session.scalars(select(Mapping)).one()
        offered = workflow.allowed_actions(actor, mapping)
    changed = state == workflow.STEPS[action].after and who in MAY[action] and len(actions) > 1
    assert list(actions) == (["propose", action] if changed else ["propose"])
    assert (action in offered) is (who in MAY[action] and mapping.state == "proposed")


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
