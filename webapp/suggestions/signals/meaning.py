"""Signals by meaning: cosines of an encoder's vectors with names and with what they are about."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.signals.postings import coverage_index
from webapp.suggestions.signals.signal import Evidence, Unexplained, Values
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject

_EVERYWHERE = frozenset(
    "cell cells cellular negative pathway positive process regulation response signaling "
    "signalling".split()
)
"""Words of many names: to have read one of these says nothing."""
NEIGHBOURS = 10
"""Key Events that say how near a name is to everything."""


class Meaning:
    """The whole title beside the whole name, and beside what the name is about.

    `unhubbed` takes from twice the cosine the mean cosine of the name with the Key Events nearest
    to it, because some names are near to everything (cross-domain similarity local scaling,
    Conneau et al. 2018, arXiv 1710.04087, section 2.3).
    """

    name: str = "meaning"
    columns: ClassVar[tuple[str, ...]] = ("title", "short_title", "unhubbed", "about")
    pools: ClassVar[tuple[str, ...]] = columns

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        near = resource.by_name.vectors @ resource.key_events.T
        count = min(NEIGHBOURS, near.shape[1])
        if count:
            near.partition(near.shape[1] - count, axis=1)
            self._hub = near[:, near.shape[1] - count :].mean(axis=1)
        else:
            self._hub = np.zeros(len(near), dtype=np.float32)

    def values(self, subject: Subject) -> Values:
        """See `columns`."""
        one = self._resource
        title = one.by_name.nearest(subject.title.texts)
        short = one.by_name.nearest(subject.short.texts)
        about = one.by_core.nearest(subject.names)
        return np.stack([title, short, 2 * np.maximum(title, short) - self._hub, about], axis=1)

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The place of the name among all by meaning."""
        if not evidence.place:
            return ""
        nearest = "nearest in meaning" if evidence.place == 1 else ""
        return (
            f"name is {nearest or f'{ordinal(evidence.place)} nearest in meaning'} "
            f"of {evidence.candidates:,}"
        )


class Parts(Unexplained):
    """Each part of a title of several (`Decreased cholesterol, decreased uptake`) for itself."""

    name: str = "parts"
    columns: ClassVar[tuple[str, ...]] = ("part", "part_about")
    pools: ClassVar[tuple[str, ...]] = columns

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def values(self, subject: Subject) -> Values:
        """See `columns`."""
        one = self._resource
        return np.stack(
            [near.nearest(subject.parts) for near in (one.by_name, one.by_core)], axis=1
        )


class ReadAs:
    """The title as the vocabulary of pathways would put it, see `vocabulary`."""

    name: str = "vocabulary"
    columns: ClassVar[tuple[str, ...]] = (
        "reading",
        "reread_title",
        "reread_about",
        "reread_words",
        "reading_words",
    )
    pools: ClassVar[tuple[str, ...]] = ("reading", "reread_title", "reread_about", "reread_words")

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._words = coverage_index(resource.titles)

    def values(self, subject: Subject) -> Values:
        """See `columns`."""
        one, read = self._resource, subject.read_as
        meant = [meaning for _, meaning, _ in read]
        changed = [text for _, _, text in read]
        nothing = np.zeros(len(one.titles), dtype=np.float32)
        return np.stack(
            [
                one.by_name.nearest(meant),
                one.by_name.nearest(changed),
                one.by_core.nearest(changed),
                *(
                    np.max([self._words.coverage(text)[0] for text in texts], axis=0)
                    if texts
                    else nothing
                    for texts in (changed, meant)
                ),
            ],
            axis=1,
        )

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """Which word was read as what, where that is in the name and the title does not say it."""
        told = []
        for said, meaning, _ in evidence.subject.read_as:
            itself = {*shared_words(said, evidence.title), *evidence.shared, *_EVERYWHERE}
            shared = [word for word in shared_words(meaning, evidence.title) if word not in itself]
            if shared:
                told.append(f"{said} read as {', '.join(shared)}")
        return "; ".join(told[:2])


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number:,}{ending}"
