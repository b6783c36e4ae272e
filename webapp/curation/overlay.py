"""Marks of mappings on the catalog's pages; registered with `catalog.overlay` in `create_app()`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.catalog.overlay import Mark
from webapp.curation.models import LIVE_STATES, UNDER_REVIEW, Mapping, MappingVersion


class MappingOverlay:
    """Answers the catalog's questions about mappings."""

    def for_key_events(
        self, session: Session, ids: Iterable[int], also: str = ""
    ) -> dict[int, list[Mark]]:
        """Live mappings by `key_event.id`, and those in the state `also`."""
        return self._marks(session, Mapping.key_event_id, ids, also)

    def for_targets(self, session: Session, ids: Iterable[int]) -> dict[int, list[Mark]]:
        """Live mappings by `target.id`."""
        return self._marks(session, Mapping.target_id, ids)

    def key_event_ids(self, state: str | None) -> Select[int]:
        """Ids of the Key Events with a mapping in this state, or in any live state for None."""
        states = LIVE_STATES if state is None else (state,)
        return select(Mapping.key_event_id).where(Mapping.state.in_(states))

    @staticmethod
    def _marks(
        session: Session, column: Any, ids: Iterable[int], also: str = ""
    ) -> dict[int, list[Mark]]:
        newest = (
            select(func.max(MappingVersion.number))
            .where(MappingVersion.mapping_id == Mapping.id)
            .correlate(Mapping)
            .scalar_subquery()
        )
        standing = case(  # see `Mapping.standing`
            (Mapping.state.in_(UNDER_REVIEW), newest),
            else_=func.coalesce(Mapping.approved_version, newest),
        )
        marks: dict[int, list[Mark]] = {}
        for owner, mapping, confidence, key_event, target in session.execute(
            select(column, Mapping, MappingVersion.confidence, KeyEvent, Target)
            .join(KeyEvent, KeyEvent.id == Mapping.key_event_id)
            .join(Target, Target.id == Mapping.target_id)
            .join(
                MappingVersion,
                and_(MappingVersion.mapping_id == Mapping.id, MappingVersion.number == standing),
            )
            .where(column.in_(list(ids)), Mapping.state.in_((*LIVE_STATES, also)))
            .order_by(Mapping.id)
        ):
            marks.setdefault(owner, []).append(
                Mark(
                    uuid=mapping.uuid,
                    state=mapping.state,
                    confidence=confidence,
                    key_event=key_event.number,
                    key_event_title=key_event.title,
                    target=target.identifier,
                    target_title=target.title,
                    resource=target.resource,
                )
            )
        return marks
