"""The only place where a mapping's state changes.

Every step is one write transaction that checks a table of who may do what from which state,
changes the state and appends the history event. Free of Flask.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.catalog.models import KeyEvent, SourceRelease, Target
from webapp.curation.assessment import scheme_of
from webapp.curation.claim import REASON_MAX, Proposal, read_claim
from webapp.curation.models import (
    LIVE_STATES,
    Assessment,
    Mapping,
    MappingEvent,
    MappingVersion,
)
from webapp.curation.refusals import Conflict, NotAllowed, Refused, Unknown
from webapp.database import Database


@dataclass(frozen=True)
class Step:
    """A row of the table: an action, the states it starts from, where it leads, who may."""

    action: str
    before: tuple[str, ...]
    after: str
    permission: str
    """`author`: the author alone; `other reviewer`: who may review and is not the author."""
    needs_reason: bool = False


STEPS = {
    step.action: step
    for step in (
        Step("approve", ("proposed",), "approved", "other reviewer"),
        Step("reject", ("proposed",), "rejected", "other reviewer", needs_reason=True),
        Step("withdraw", ("proposed",), "withdrawn", "author"),
    )
}


def propose(database: Database, person: Person, proposal: Proposal) -> str:
    """Propose a mapping; returns its uuid.

    Raises `Unknown` for identifiers the catalog does not hold, `Conflict` (with the uuid in the
    way) where the pair is already live, and `Refused` naming every field that has to be mended.
    """
    if not person.can("curate"):
        raise NotAllowed("Your role does not allow proposing mappings.")
    with database.write() as session:
        key_event = session.scalar(select(KeyEvent).where(KeyEvent.number == proposal.key_event))
        target = session.scalar(select(Target).where(Target.identifier == proposal.target))
        if key_event is None:
            raise Unknown(f"Key Event {proposal.key_event} is not in the catalog.")
        if target is None:
            raise Unknown(f"The target {proposal.target} is not in the catalog.")
        for side, name in ((key_event, "Key Event"), (target, "target")):
            if side.retired_at:
                raise Conflict(f"This {name} was retired by its source; it takes no new mappings.")
        live = live_mapping(session, key_event, target)
        if live is not None:
            raise already_live(live)
        scheme = scheme_of(target.resource)
        claim = read_claim(scheme, proposal, key_event.level)
        mapping = Mapping(key_event_id=key_event.id, target_id=target.id, state="proposed")
        session.add(mapping)
        try:
            session.flush()
        except IntegrityError:  # the partial unique index is the last word on live pairs
            raise Conflict("This pair was proposed by somebody else a moment ago.") from None
        assessment = Assessment(
            mapping_id=mapping.id, person_id=person.id, scheme=scheme.name, answers=claim.answers
        )
        session.add(assessment)
        session.flush()
        session.add(
            MappingVersion(
                mapping_id=mapping.id,
                number=1,
                assessment_id=assessment.id,
                author_id=person.id,
                predicate=claim.predicate,
                computed_predicate=claim.verdict.predicate,
                relationship=claim.answers.get("relationship"),
                score=claim.verdict.score,
                confidence=claim.confidence,
                computed_confidence=claim.verdict.confidence,
                override_reason=proposal.override_reason.strip() if claim.changed else "",
                evidence=claim.evidence,
                note=proposal.note.strip(),
                shown=proposal.shown,
                sources=sources_of(session, key_event, target),
            )
        )
        _record(session, mapping, person, "propose", None, 1, "")
        return mapping.uuid


def act(
    database: Database,
    person: Person,
    uuid: str,
    action: str,
    *,
    reason: str = "",
    version: int | None = None,
) -> str:
    """Take one of the `STEPS`; returns the new state.

    `version` is the version the person looked at: if another one came meanwhile, or the state
    does not allow the step any more, `Conflict` says what changed. Raises `NotAllowed` where the
    person may not, `Refused` where a reason is missing, `Unknown` for a uuid that is not ours.
    """
    step = STEPS[action]
    with database.write() as session:
        mapping = session.scalar(select(Mapping).where(Mapping.uuid == uuid))
        if mapping is None:
            raise Unknown("There is no mapping with this address.")
        latest = mapping.latest
        _check_permission(step, person, latest.author_id)
        if mapping.state not in step.before:
            raise Conflict(
                f"This mapping is {mapping.state} by now; it cannot be {_past(action)}. "
                "Nothing was changed.",
                mapping=uuid,
            )
        if version is not None and version != latest.number:
            raise Conflict(
                f"Version {latest.number} came while you looked at version {version}. "
                "Nothing was changed.",
                mapping=uuid,
            )
        reason = reason.strip()
        if step.needs_reason and not reason:
            raise Refused(
                "A reason is missing.",
                fields={"reason": "Say why, so that the author can learn from it."},
            )
        if len(reason) > REASON_MAX:
            raise Refused(
                "The reason is too long.",
                fields={"reason": f"Use at most {REASON_MAX} characters."},
            )
        if step.after == "approved" and (retired := retired_side(mapping)):
            raise Conflict(f"The {retired} was retired by its source; it cannot be approved.")
        before, mapping.state = mapping.state, step.after
        if step.after == "approved":
            mapping.approved_version = latest.number
        _record(session, mapping, person, action, before, latest.number, reason)
        return step.after


def allowed_actions(person: Person | None, mapping: Mapping) -> list[str]:
    """The actions that this person may take on a mapping now."""
    if person is None:
        return []
    allowed = []
    for step in STEPS.values():
        try:
            _check_permission(step, person, mapping.latest.author_id)
        except NotAllowed:
            continue
        if mapping.state in step.before:
            allowed.append(step.action)
    return allowed


def retired_side(mapping: Mapping) -> str:
    """Which side of a mapping its source retired: `Key Event`, `target`, or an empty text."""
    if mapping.key_event.retired_at:
        return "Key Event"
    return "target" if mapping.target.retired_at else ""


def live_mapping(session: Session, key_event: KeyEvent, target: Target) -> Mapping | None:
    """The live mapping of a pair, if there is one."""
    return session.scalar(
        select(Mapping).where(
            Mapping.key_event_id == key_event.id,
            Mapping.target_id == target.id,
            Mapping.state.in_(LIVE_STATES),
        )
    )


def already_live(mapping: Mapping) -> Conflict:
    """The refusal of a second live mapping of one pair."""
    return Conflict(f"This pair is already {mapping.state}.", mapping=mapping.uuid)


def sources_of(session: Session, key_event: KeyEvent, target: Target) -> list[dict[str, str]]:
    """Releases that the two sides of a mapping came from at this moment."""
    releases = session.scalars(
        select(SourceRelease)
        .where(SourceRelease.id.in_([key_event.release_id, target.release_id]))
        .order_by(SourceRelease.id)
    )
    return [{"source": one.source, "version": one.stated_version} for one in releases]


def waiting_for_review(session: Session) -> int:
    """How many mappings are proposed."""
    return session.scalar(select(func.count()).where(Mapping.state == "proposed")) or 0


def _check_permission(step: Step, person: Person, author_id: str) -> None:
    if step.permission == "author":
        if person.id != author_id:
            raise NotAllowed(f"Only its author can {step.action} a proposal.")
        return
    if not person.can("review"):
        limit = "" if person.scope is None else f" This token has the scope {person.scope}."
        raise NotAllowed(f"Only reviewers can {step.action} a proposal.{limit}")
    if person.id == author_id:
        raise NotAllowed("Nobody reviews their own proposal; another reviewer decides.")


def _past(action: str) -> str:
    return {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}[action]


def _record(
    session: Session,
    mapping: Mapping,
    person: Person,
    action: str,
    before: str | None,
    version: int,
    reason: str,
) -> None:
    session.add(
        MappingEvent(
            mapping_id=mapping.id,
            version=version,
            person_id=person.id,
            action=action,
            before=before,
            after=mapping.state,
            reason=reason,
        )
    )
