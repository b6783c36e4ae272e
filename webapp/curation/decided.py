"""What the decisions of this site teach the rooms below.

See `suggestions.pairs`, `suggestions.coverage` and `suggestions.learning`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, orm, select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.curation.models import LIVE_STATES, UNDER_REVIEW, Mapping, MappingEvent, MappingVersion
from webapp.suggestions.coverage import Choice
from webapp.suggestions.learning.decisions import Decisions
from webapp.suggestions.pairs import Pair


def approved_pairs(session: Session) -> Sequence[Pair]:
    """The pairs that are published now, also while a revision of one is under review."""
    rows = session.execute(
        select(KeyEvent.number, Target.identifier)
        .join(Mapping, Mapping.key_event_id == KeyEvent.id)
        .join(Target, Target.id == Mapping.target_id)
        .where(Mapping.approved_version.is_not(None), Mapping.state.in_(LIVE_STATES))
        .order_by(KeyEvent.number, Target.identifier)
    )
    return [Pair(number, identifier) for number, identifier in rows]


def waiting_pairs(session: Session) -> Sequence[Pair]:
    """The pairs of which a version is under review."""
    rows = session.execute(
        select(KeyEvent.number, Target.identifier)
        .join(Mapping, Mapping.key_event_id == KeyEvent.id)
        .join(Target, Target.id == Mapping.target_id)
        .where(Mapping.state.in_(UNDER_REVIEW))
    )
    return [Pair(number, identifier) for number, identifier in rows]


def rejected_pairs(session: Session) -> Sequence[Pair]:
    """The pairs that were rejected and that nobody proposed again since."""
    again = orm.aliased(Mapping)
    live = (
        select(again.id)
        .where(
            again.key_event_id == Mapping.key_event_id,
            again.target_id == Mapping.target_id,
            again.state.in_(LIVE_STATES),
        )
        .exists()
    )
    rows = session.execute(
        select(KeyEvent.number, Target.identifier)
        .join(Mapping, Mapping.key_event_id == KeyEvent.id)
        .join(Target, Target.id == Mapping.target_id)
        .where(Mapping.state == "rejected", ~live)
        .distinct()
        .order_by(KeyEvent.number, Target.identifier)
    )
    return [Pair(number, identifier) for number, identifier in rows]


def newest_event(session: Session) -> int | None:
    """The number of the newest event in the history of mappings; see `suggestions.pairs.Newest`."""
    return session.scalar(select(func.max(MappingEvent.id)))


def choices(session: Session) -> Sequence[Choice]:
    """The pairs that are published now, with the list of when each was first proposed.

    Later versions revise a pair that is there already, whatever the list said.
    """
    rows = session.execute(
        select(KeyEvent.number, Target.resource, Target.identifier, MappingVersion.shown)
        .join(Mapping, Mapping.key_event_id == KeyEvent.id)
        .join(Target, Target.id == Mapping.target_id)
        .join(MappingVersion, MappingVersion.mapping_id == Mapping.id)
        .where(
            Mapping.approved_version.is_not(None),
            Mapping.state.in_(LIVE_STATES),
            MappingVersion.number == 1,
        )
    )
    return [Choice(*row) for row in rows]


DECISIONS = Decisions(approved_pairs, rejected_pairs, choices, waiting_pairs)
"""What a ranker learns from."""
