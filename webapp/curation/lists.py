"""Which mappings and Key Events come next, and which are one's own. Free of Flask."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.catalog.models import KeyEvent
from webapp.curation.models import LIVE_STATES, Mapping, MappingVersion

ENDED_STATES = ("rejected", "withdrawn", "superseded", "retired")
"""States in which a pair may be proposed again."""
OVER = ("superseded", "retired")
"""States of what was published once and is no more."""

_author = (
    select(MappingVersion.author_id)
    .where(MappingVersion.mapping_id == Mapping.id)
    .order_by(MappingVersion.number.desc())
    .limit(1)
    .scalar_subquery()
)


def next_waiting(session: Session, reviewer: Person, after: int) -> Mapping | None:
    """What this reviewer decides next: the oldest behind the mapping `after`, else the oldest.

    Their own proposals and `after` itself are left out.
    """
    return session.scalar(
        select(Mapping)
        .where(Mapping.state == "proposed", _author != reviewer.id, Mapping.id != after)
        .order_by(Mapping.id < after, Mapping.id)
        .limit(1)
    )


def next_unmapped(session: Session, number: int) -> KeyEvent | None:
    """The next live Key Event by number without a live mapping; after the last, the first."""
    mapped = select(Mapping.key_event_id).where(Mapping.state.in_(LIVE_STATES))
    return session.scalar(
        select(KeyEvent)
        .where(KeyEvent.retired_at.is_(None), KeyEvent.number != number, KeyEvent.id.not_in(mapped))
        .order_by(KeyEvent.number < number, KeyEvent.number)
        .limit(1)
    )


def ended(session: Session, key_event_id: int) -> Sequence[Mapping]:
    """Mappings of a Key Event that are not live any more, oldest first."""
    return session.scalars(
        select(Mapping)
        .where(Mapping.key_event_id == key_event_id, Mapping.state.in_(ENDED_STATES))
        .order_by(Mapping.id)
    ).all()


def made_by(person: Person, state: str = "") -> Select[Mapping]:
    """Mappings of which somebody wrote a version, newest first; all, or those in one state."""
    theirs = select(MappingVersion.mapping_id).where(MappingVersion.author_id == person.id)
    query = select(Mapping).where(Mapping.id.in_(theirs)).order_by(Mapping.id.desc())
    return query.where(Mapping.state == state) if state else query
