"""Approved mappings as rows, read one by one so that an export of any size needs little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, func, select, union
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.catalog.models import Aop, KeyEvent, SourceRelease, Target
from webapp.catalog.registry import RESOURCES
from webapp.curation.assessment import SCHEMES
from webapp.curation.evidence import reference_url
from webapp.curation.models import LIVE_STATES, Assessment, Mapping, MappingEvent, MappingVersion

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of the mappings themselves; each source's own licence is named beside its version."""

SOURCES = {
    "starter": ("Starter catalog", "", "facts of AOP-Wiki and WikiPathways, own descriptions"),
    "aopwiki": ("AOP-Wiki", "https://aopwiki.org/", "CC BY-SA 4.0"),
    **{
        resource.source: (resource.name, resource.home, resource.licence)
        for resource in RESOURCES.values()
    },
}


@dataclass(frozen=True)
class Record:
    """One approved mapping in the words of SSSOM (https://mapping-commons.github.io/sssom/)."""

    uuid: str
    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    resource: str
    target_id: int
    confidence: float | None
    confidence_level: str
    relationship: str
    author_id: str
    author_label: str
    reviewer_id: str
    reviewer_label: str
    mapping_date: str
    subject_source_version: str
    object_source_version: str
    see_also: str
    comment: str


def approved(session: Session) -> Iterator[Record]:
    """All approved mappings in order of Key Event and target, as the session sees them now."""
    approval = (
        select(
            MappingEvent.mapping_id,
            MappingEvent.version,
            func.max(MappingEvent.id).label("event_id"),
        )
        .where(MappingEvent.action == "approve")
        .group_by(MappingEvent.mapping_id, MappingEvent.version)
        .subquery()
    )
    reviewer = select(Person).subquery()
    rows = session.execute(
        select(
            Mapping,
            MappingVersion,
            Assessment,
            KeyEvent,
            Target,
            Person,
            MappingEvent.at,
            reviewer.c.name,
            reviewer.c.orcid,
        )
        .join(
            MappingVersion,
            and_(
                MappingVersion.mapping_id == Mapping.id,
                MappingVersion.number == Mapping.approved_version,
            ),
        )
        .join(Assessment, Assessment.id == MappingVersion.assessment_id)
        .join(KeyEvent, KeyEvent.id == Mapping.key_event_id)
        .join(Target, Target.id == Mapping.target_id)
        .join(Person, Person.id == MappingVersion.author_id)
        .join(
            approval,
            and_(
                approval.c.mapping_id == Mapping.id,
                approval.c.version == MappingVersion.number,
            ),
        )
        .join(MappingEvent, MappingEvent.id == approval.c.event_id)
        .join(reviewer, reviewer.c.id == MappingEvent.person_id)
        .where(Mapping.state.in_(LIVE_STATES))
        .order_by(KeyEvent.number, Target.identifier)
        .execution_options(yield_per=500)
    )
    for mapping, version, assessment, event, target, author, at, name, orcid in rows:
        versions = {one["source"]: one["version"] for one in version.sources}
        starter = f"starter {versions['starter']}" if "starter" in versions else ""
        highest = SCHEMES[assessment.scheme].highest
        changed = version.confidence != version.computed_confidence
        yield Record(
            uuid=mapping.uuid,
            subject_id=event.curie,
            subject_label=event.title,
            predicate_id=version.predicate,
            object_id=target.identifier,
            object_label=target.title,
            resource=target.resource,
            target_id=target.id,
            confidence=None if changed else round(version.score / highest, 3),
            confidence_level=version.confidence,
            relationship=version.relationship or "",
            author_id=f"orcid:{author.orcid}" if author.orcid else "",
            author_label=author.name,
            reviewer_id=f"orcid:{orcid}" if orcid else "",
            reviewer_label=name,
            mapping_date=at[:10],
            subject_source_version=versions.get("aopwiki", starter),
            object_source_version=versions.get(RESOURCES[target.resource].source, starter),
            see_also="|".join(reference_url(one) for one in version.evidence),
            comment=_comment(version, assessment.scheme, highest, event, target),
        )


def _comment(
    version: MappingVersion, scheme: str, highest: float, event: KeyEvent, target: Target
) -> str:
    parts = [f"confidence {version.confidence}: {version.score:g} of {highest:g} points ({scheme})"]
    if version.override_reason:
        parts.append(f"changed by the author: {version.override_reason}")
    if version.relationship:
        parts.append(f"relationship {version.relationship}")
    if version.note:
        parts.append(version.note)
    for side, name in ((event, "Key Event"), (target, "target")):
        if side.retired_at:
            parts.append(f"the {name} was retired by its source by {side.retired_at[:10]}")
    return "; ".join(parts)


@dataclass(frozen=True)
class Release:
    """A release of a source that the catalog holds rows of."""

    name: str
    address: str
    version: str
    licence: str
    date: str
    """The day of the import."""


def releases(session: Session) -> list[Release]:
    """The newest release of each source that live rows of the catalog come from.

    A file that only completes others, such as gene sets or a table of genes, names no row of its
    own and is not listed; a starter catalog that a full one has replaced is not either.
    """
    in_use = union(
        *(
            select(model.release_id).where(model.retired_at.is_(None))
            for model in (KeyEvent, Aop, Target)
        )
    ).subquery()
    newest = (
        select(func.max(SourceRelease.id))
        .where(SourceRelease.id.in_(select(in_use.c.release_id)))
        .group_by(SourceRelease.source)
    )
    return [
        Release(
            name,
            address,
            release.stated_version,
            release.licence or licence,
            release.imported_at[:10],
        )
        for release in session.scalars(
            select(SourceRelease).where(SourceRelease.id.in_(newest)).order_by(SourceRelease.source)
        )
        for name, address, licence in [SOURCES.get(release.source, (release.source, "", ""))]
    ]
