"""The table of the workflow: which step leads from which state to which, and who may take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from webapp.accounts.models import Person
from webapp.curation.models import Mapping, MappingEvent
from webapp.curation.refusals import NotAllowed

UNDO_WITHIN = timedelta(days=1)


class Who(StrEnum):
    """Who may take a step."""

    AUTHOR = "its author"
    CURATOR = "curators"
    REVIEWER = "reviewers"
    OTHER_REVIEWER = "reviewers who are not its author"
    APPROVER = "whoever approved it, within a day"


@dataclass(frozen=True)
class Step:
    """A row of the table."""

    action: str
    before: tuple[str, ...]
    after: str
    who: Who
    past: str
    """What was done, as in `it was …`."""
    needs_reason: str = ""
    """Why a reason is asked for; empty where none is needed."""
    back: bool = False
    """Leads back to `approved` where a version is published already: a revision ends, not the
    mapping."""
    claims: bool = False
    """Brings a new version."""


STEPS = {
    step.action: step
    for step in (
        Step("approve", ("proposed",), "approved", Who.OTHER_REVIEWER, "approved"),
        Step(
            "return",
            ("proposed",),
            "returned",
            Who.OTHER_REVIEWER,
            "returned to its author",
            needs_reason="Say what you ask of the author.",
        ),
        Step(
            "reject",
            ("proposed", "returned"),
            "rejected",
            Who.OTHER_REVIEWER,
            "rejected",
            needs_reason="Say why, so that the author can learn from it.",
            back=True,
        ),
        Step("withdraw", ("proposed", "returned"), "withdrawn", Who.AUTHOR, "withdrawn", back=True),
        Step(
            "resubmit",
            ("returned",),
            "proposed",
            Who.AUTHOR,
            "submitted again",
            needs_reason="Say what you changed, or answer the reviewer.",
            claims=True,
        ),
        Step(
            "revise",
            ("approved",),
            "proposed",
            Who.CURATOR,
            "revised",
            needs_reason="Say what you change and why.",
            claims=True,
        ),
        Step(
            "retire",
            ("approved",),
            "retired",
            Who.REVIEWER,
            "retired",
            needs_reason="Say why it does not hold any more; its page keeps the reason.",
        ),
        Step(
            "supersede",
            ("approved",),
            "superseded",
            Who.REVIEWER,
            "replaced",
            needs_reason="Say why the other one replaces it; its page keeps the reason.",
        ),
        Step("undo", ("approved",), "proposed", Who.APPROVER, "opened again"),
    )
}

PAST = {"propose": "proposed"} | {step.action: step.past for step in STEPS.values()}


def leads_to(step: Step, mapping: Mapping) -> str:
    """The state that a step leads to from where the mapping is."""
    return "approved" if step.back and mapping.approved_version else step.after


def require_permission(step: Step, person: Person, mapping: Mapping, *, self_review: bool) -> None:
    """Raise `NotAllowed` where this person may not take the step.

    With `self_review`, which a site of one person needs, a reviewer may decide on their own.
    """
    author = person.id == mapping.standing.author_id
    verb = {"undo": "undo the approval of"}.get(step.action, step.action)
    if step.who is Who.AUTHOR:
        if not author:
            raise NotAllowed(f"Only its author can {verb} a proposal.")
    elif step.who is Who.CURATOR:
        if not person.can("curate"):
            raise NotAllowed(f"Only curators can {verb} a mapping.")
    elif not person.can("review"):
        what = "proposal" if step.who is Who.OTHER_REVIEWER else "mapping"
        limit = "" if person.scope is None else f" This token has the scope {person.scope}."
        raise NotAllowed(f"Only reviewers can {verb} a {what}.{limit}")
    elif step.who is Who.OTHER_REVIEWER and author and not self_review:
        raise NotAllowed("Nobody reviews their own proposal; another reviewer decides.")
    elif step.who is Who.APPROVER and person.id != mapping.events[-1].person_id:
        raise NotAllowed("Only whoever approved it can undo an approval.")


def undoable(event: MappingEvent, now: datetime | None = None) -> bool:
    """Whether an event is an approval that is not older than a day."""
    at = datetime.fromisoformat(event.at)
    return event.action == "approve" and (now or datetime.now(UTC)) - at <= UNDO_WITHIN


def published_before(events: list[MappingEvent]) -> int | None:
    """The version that was published before the newest approval, from the history."""
    published: list[int] = []
    for event in events:
        if event.action == "approve":
            published.append(event.version)
        elif event.action == "undo" and published:
            published.pop()
    return published[-2] if len(published) > 1 else None
