"""What one version of a mapping says otherwise than another, for whoever reviews a revision."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.curation.assessment import SCHEMES
from webapp.curation.evidence import reference_curie
from webapp.curation.models import Mapping, MappingVersion
from webapp.curation.steps import published_before


@dataclass(frozen=True)
class Change:
    """One thing that differs; `before` or `after` is empty where there was nothing."""

    what: str
    before: str
    after: str


def changes(before: MappingVersion, after: MappingVersion) -> list[Change]:
    """Everything that differs, in the order of the form."""
    old, new = _told(before), _told(after)
    return [
        Change(what, old.get(what, ""), new.get(what, ""))
        for what in dict.fromkeys([*new, *old])
        if old.get(what, "") != new.get(what, "")
    ]


def compared_with(mapping: Mapping, version: MappingVersion) -> MappingVersion | None:
    """What a version is to be compared with: the published one, else the one before it."""
    others = {one.number: one for one in mapping.versions if one.number != version.number}
    published = others.get(mapping.approved_version or 0)
    if published is not None and published.number < version.number:
        return published
    if version.number == mapping.approved_version:
        before = others.get(published_before(mapping.events) or 0)
        if before is not None:
            return before
    return others.get(version.number - 1)


def _told(version: MappingVersion) -> dict[str, str]:
    scheme = SCHEMES[version.assessment.scheme]
    answers = version.assessment.answers
    return {
        **{one.legend: one.label(answers[one.name]) for one in scheme.questions},
        "Predicate": version.predicate,
        "Confidence": version.confidence,
        "Reason for the change of predicate or confidence": version.override_reason,
        "References": ", ".join(sorted(reference_curie(one) for one in version.evidence)),
        "Note": version.note,
        "Author": version.author.name,
    }
