"""What a person proposed and decided, for the rooms below; see `accounts.work`. Free of Flask."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts.work import Count
from webapp.catalog.models import KeyEvent, Target
from webapp.curation.models import Assessment, Mapping, MappingEvent, MappingVersion

_REVIEWS = ("approve", "return", "reject")


class MappingWork:
    """The mappings of this site as people's work."""

    def counts(self, session: Session, person_ids: Collection[str]) -> dict[str, Count]:
        """Proposals and reviews of each of these people."""
        rows = session.execute(
            select(
                MappingEvent.person_id,
                func.count().filter(MappingEvent.action == "propose"),
                func.count().filter(MappingEvent.action.in_(_REVIEWS)),
            )
            .where(MappingEvent.person_id.in_(person_ids))
            .group_by(MappingEvent.person_id)
        )
        return {person: Count(proposals, reviews) for person, proposals, reviews in rows}

    def of(self, session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """The versions that somebody wrote, and the steps they took in any mapping's history."""
        versions = session.execute(
            select(MappingVersion, Assessment.scheme, Assessment.answers, Mapping, KeyEvent, Target)
            .join(Mapping, Mapping.id == MappingVersion.mapping_id)
            .join(Assessment, Assessment.id == MappingVersion.assessment_id)
            .join(KeyEvent, KeyEvent.id == Mapping.key_event_id)
            .join(Target, Target.id == Mapping.target_id)
            .where(MappingVersion.author_id == person_id)
            .order_by(MappingVersion.id)
        )
        steps = session.execute(
            select(MappingEvent, Mapping.uuid)
            .join(Mapping, Mapping.id == MappingEvent.mapping_id)
            .where(MappingEvent.person_id == person_id)
            .order_by(MappingEvent.id)
        )
        return {
            "mappings": [
                {
                    "mapping": mapping.uuid,
                    "version": version.number,
                    "state": mapping.state,
                    "key_event": event.curie,
                    "target": target.identifier,
                    "predicate": version.predicate,
                    "relationship": version.relationship,
                    "confidence": version.confidence,
                    "override_reason": version.override_reason,
                    "scheme": scheme,
                    "answers": answers,
                    "evidence": version.evidence,
                    "note": version.note,
                    "shown": version.shown,
                    "sources": version.sources,
                    "at": version.created_at,
                }
                for version, scheme, answers, mapping, event, target in versions
            ],
            "steps": [
                {
                    "mapping": uuid,
                    "version": step.version,
                    "action": step.action,
                    "before": step.before,
                    "after": step.after,
                    "reason": step.reason,
                    "at": step.at,
                }
                for step, uuid in steps
            ],
        }
