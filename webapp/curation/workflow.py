"""The only place where a mapping's state changes.

Every step is one write transaction that checks a table of who may do what from which state,
changes the state and appends the history event. Free of Flask.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.catalog.models import KeyEvent, SourceRelease, Target
from webapp.curation.assessment import scheme_of
from webapp.curation.claim import REASON_MAX, Claim, Proposal, read_claim
from webapp.curation.difference import Change, changes
from webapp.curation.models import (
    LIVE_STATES,
    Assessment,
    Mapping,
    MappingEvent,
    MappingVersion,
)
from webapp.curation.refusals import Conflict, NotAllowed, Refused, Unknown
from webapp.curation.steps import (
    STEPS,
    Step,
    leads_to,
    published_before,
    require_permission,
    undoable,
)
from webapp.database import Database


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
        claim = read_claim(scheme_of(target.resource), proposal, key_event.level)
        mapping = Mapping(key_event_id=key_event.id, target_id=target.id, state="proposed")
        session.add(mapping)
        try:
            session.flush()
        except IntegrityError:  # the partial unique index is the last word on live pairs
            raise Conflict("This pair was proposed by somebody else a moment ago.") from None
        _add_version(session, mapping, person, 1, claim, proposal)
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
    proposal: Proposal | None = None,
    successor: str = "",
    self_review: bool = False,
) -> str:
    """Take one of the `STEPS`; returns the new state.

    `version` is the version the person looked at: if another one came meanwhile, or the state
    does not allow the step any more, `Conflict` says what changed. `resubmit` and `revise` bring
    a `proposal` of the same pair, `supersede` names the mapping that replaces this one. Raises
    `NotAllowed` where the person may not, `Refused` naming every field that has to be mended,
    `Unknown` for a uuid that is not ours.
    """
    step = STEPS[action]
    with database.write() as session:
        mapping = session.scalar(select(Mapping).where(Mapping.uuid == uuid))
        if mapping is None:
            raise Unknown("There is no mapping with this address.")
        require_permission(step, person, mapping, self_review=self_review)
        _require_state(step, mapping, version)
        wrong = _wrong_reason(step, reason)
        number = mapping.standing.number
        if step.claims:
            number = _add_claim(session, mapping, person, proposal, wrong)
        elif step.action == "supersede":
            mapping.successor_id = _successor(session, mapping, successor, wrong)
        if wrong:
            raise Refused("Something is missing.", fields=wrong)
        if step.action == "approve" and (retired := retired_side(mapping)):
            raise Conflict(f"The {retired} was retired by its source; it cannot be approved.")
        if step.action == "undo":
            mapping.approved_version = published_before(mapping.events)
        before, mapping.state = mapping.state, leads_to(step, mapping)
        if step.action == "approve":
            mapping.approved_version = number
        _record(session, mapping, person, action, before, number, reason.strip())
        return mapping.state


def allowed_actions(
    person: Person | None, mapping: Mapping, *, self_review: bool = False
) -> list[str]:
    """The actions that this person may take on a mapping now."""
    if person is None:
        return []
    allowed = []
    for step in STEPS.values():
        try:
            require_permission(step, person, mapping, self_review=self_review)
            _require_state(step, mapping, None)
        except (NotAllowed, Conflict):
            continue
        allowed.append(step.action)
    return allowed


def _require_state(step: Step, mapping: Mapping, version: int | None) -> None:
    if mapping.state not in step.before:
        raise Conflict(
            f"This mapping is {mapping.state} by now; it cannot be {step.past}. "
            "Nothing was changed.",
            mapping=mapping.uuid,
        )
    standing = mapping.standing.number
    if version is not None and version != standing:
        raise Conflict(
            f"Version {standing} came while you looked at version {version}. Nothing was changed.",
            mapping=mapping.uuid,
        )
    if step.action == "undo" and not undoable(mapping.events[-1]):
        raise Conflict("An approval can be undone within a day.", mapping=mapping.uuid)


def _wrong_reason(step: Step, reason: str) -> dict[str, str]:
    if step.needs_reason and not reason.strip():
        return {"reason": step.needs_reason}
    if len(reason.strip()) > REASON_MAX:
        return {"reason": f"Use at most {REASON_MAX} characters."}
    return {}


def _add_claim(
    session: Session,
    mapping: Mapping,
    person: Person,
    proposal: Proposal | None,
    wrong: dict[str, str],
) -> int:
    """Add a version that says something else than the one that stands; returns its number."""
    if proposal is None:
        raise ValueError("this step brings a proposal")
    for side in ("key_event", "target"):
        if getattr(mapping, side).retired_at:
            raise Conflict("One side of this pair was retired by its source; it stays as it is.")
    try:
        claim = read_claim(scheme_of(mapping.target.resource), proposal, mapping.key_event.level)
    except Refused as error:
        raise Refused(str(error), fields=error.fields | wrong) from error
    if wrong:
        raise Refused("Something is missing.", fields=wrong)
    number = mapping.latest.number + 1
    before = mapping.standing
    added = _add_version(session, mapping, person, number, claim, proposal)
    session.flush()
    if mapping.state == "approved" and not _says_more(changes(before, added)):
        raise Refused(
            "Nothing was changed.",
            fields={"relationship": "Answer otherwise than the version that stands, or leave it."},
        )
    session.expire(mapping, ["versions"])
    return number


def _says_more(found: Sequence[Change]) -> bool:
    return any(one.what != "Author" for one in found)


def _successor(
    session: Session, mapping: Mapping, successor: str, wrong: dict[str, str]
) -> int | None:
    """The id of the mapping that replaces this one; what is wrong with it goes into `wrong`."""
    uuid = successor.strip().rstrip("/").rsplit("/", 1)[-1]
    found = session.scalar(select(Mapping).where(Mapping.uuid == uuid)) if uuid else None
    if not uuid:
        wrong["successor"] = "Give the address or identifier of the mapping that replaces it."
    elif found is None:
        wrong["successor"] = f"There is no mapping {uuid[:60]}. Copy the address of its page."
    elif found.id == mapping.id:
        wrong["successor"] = "A mapping cannot replace itself."
    elif found.state not in LIVE_STATES:
        wrong["successor"] = f"That mapping is {found.state}; choose one that is live."
    return found.id if found else None


def _add_version(
    session: Session,
    mapping: Mapping,
    person: Person,
    number: int,
    claim: Claim,
    proposal: Proposal,
) -> MappingVersion:
    assessment = Assessment(
        mapping_id=mapping.id,
        person_id=person.id,
        scheme=claim.scheme,
        answers=claim.answers,
    )
    session.add(assessment)
    session.flush()
    key_event = session.get_one(KeyEvent, mapping.key_event_id)
    target = session.get_one(Target, mapping.target_id)
    added = MappingVersion(
        mapping_id=mapping.id,
        number=number,
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
    session.add(added)
    return added


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
