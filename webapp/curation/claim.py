"""What a curator sends with a proposal, and what it says once everything in it is right.

Free of Flask and of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.curation.assessment import Scheme, Unanswered, Verdict, judge, read_answers
from webapp.curation.evidence import read_references
from webapp.curation.models import CONFIDENCES, PREDICATES
from webapp.curation.refusals import Refused

REASON_MAX = 2000
NOTE_MAX = 4000


@dataclass(frozen=True)
class Proposal:
    """What a curator sends: identifiers, answers, evidence, and changes with their reason.

    Titles, levels, scores and confidence are not part of it; they come from the catalog and from
    the answers.
    """

    key_event: int
    target: str
    answers: dict[str, str]
    references: str = ""
    note: str = ""
    predicate: str = ""
    confidence: str = ""
    override_reason: str = ""
    shown: dict[str, Any] | None = None


@dataclass(frozen=True)
class Claim:
    """What a proposal says once everything in it is right."""

    scheme: str
    answers: dict[str, str]
    verdict: Verdict
    evidence: list[dict[str, str]]
    predicate: str
    confidence: str

    @property
    def changed(self) -> bool:
        """Whether the author departs from what follows from the answers."""
        return (self.predicate, self.confidence) != (
            self.verdict.predicate,
            self.verdict.confidence,
        )


def departures(verdict: Verdict | None, given: Mapping[str, str]) -> dict[str, str]:
    """The `confidence` and `predicate` of a form that differ from what follows from its answers."""
    return {
        name: given[name]
        for name, words in (("confidence", CONFIDENCES), ("predicate", PREDICATES))
        if verdict and given.get(name) in words and given[name] != getattr(verdict, name)
    }


def read_claim(scheme: Scheme, proposal: Proposal, level: str | None) -> Claim:
    """Read a proposal about a Key Event of this level.

    Raises `Refused` with everything that is wrong at once, so that one round mends it.
    """
    wrong: dict[str, str] = {}
    evidence: list[dict[str, str]] = []
    try:
        evidence = read_references(proposal.references)
    except ValueError as error:
        wrong["references"] = str(error)
    for name, limit in (("note", NOTE_MAX), ("override_reason", REASON_MAX)):
        if len(getattr(proposal, name)) > limit:
            wrong[name] = f"Use at most {limit} characters."
    for name, words in (("predicate", PREDICATES), ("confidence", CONFIDENCES)):
        if (given := getattr(proposal, name)) and given not in words:
            wrong[name] = f"Choose one of {', '.join(words)}."
    try:
        answers = read_answers(scheme, proposal.answers)
    except Unanswered as error:
        raise Refused("The proposal is not complete.", fields=error.fields | wrong) from error
    verdict = judge(scheme, answers, level)
    claim = Claim(
        scheme.name,
        answers,
        verdict,
        evidence,
        proposal.predicate or verdict.predicate,
        proposal.confidence or verdict.confidence,
    )
    if claim.changed and not wrong and not proposal.override_reason.strip():
        wrong["override_reason"] = (
            f"Your answers give {verdict.predicate} with {verdict.confidence} confidence. "
            "Say why you change it."
        )
    if proposal.override_reason.strip() and not wrong and not claim.changed:
        wrong["override_reason"] = (
            "Nothing is changed: choose another predicate or confidence, or move this to the note."
        )
    if wrong:
        raise Refused("The proposal is not complete.", fields=wrong)
    return claim
