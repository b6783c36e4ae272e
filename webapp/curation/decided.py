"""What the decisions of this site teach the rooms below; see `suggestions.pairs`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.curation.models import LIVE_STATES, Mapping
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
