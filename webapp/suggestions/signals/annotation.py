"""AOP-Wiki's own annotation of a Key Event: an object, a process, often by their GO terms."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.signals.postings import coverage_index
from webapp.suggestions.signals.signal import Evidence, Values
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject


class Annotation:
    """The annotated names beside those of targets; the annotated GO terms and their relatives."""

    name: str = "annotation"
    columns: ClassVar[tuple[str, ...]] = (
        "process",
        "process_about",
        "object",
        "component",
        "component_about",
        "name_annotated",
        "annotation_shared",
        "annotated",
        "below_annotated",
        "above_annotated",
    )
    pools: ClassVar[tuple[str, ...]] = (
        "process",
        "object",
        "component",
        "component_about",
        "annotated",
        "below_annotated",
    )

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._words = coverage_index(resource.titles)
        self._below: dict[str, list[int]] = {}
        for row, above in enumerate(resource.ancestors):
            for identifier in above:
                self._below.setdefault(identifier, []).append(row)

    def values(self, subject: Subject) -> Values:
        """See `columns`; relatives count less the more terms stand between."""
        one = self._resource
        processes = [c.process_name for c in subject.components if c.process_name]
        objects = [c.object_name for c in subject.components if c.object_name]
        both = [c.text for c in subject.components if c.text]
        nothing = np.zeros(len(one.titles), dtype=np.float32)
        shared = self._words.coverage(" ".join(both)) if both else (nothing, nothing)
        return np.stack(
            [
                one.by_name.nearest(processes),
                one.by_core.nearest(processes),
                one.by_name.nearest(objects),
                one.by_name.nearest(both),
                one.by_core.nearest(both),
                *shared,
                *self._relatives(subject),
            ],
            axis=1,
        )

    def _relatives(self, subject: Subject) -> tuple[Values, Values, Values]:
        one = self._resource
        exact, below, above = (np.zeros(len(one.titles), dtype=np.float32) for _ in range(3))
        for component in subject.components:
            for identifier in (component.process_id, component.object_id):
                row = one.rows.get(identifier)
                if row is None:
                    continue
                size = float(one.descendants[row])
                exact[row] = 1
                under = self._below.get(identifier, [])
                below[under] = np.maximum(below[under], 1 / (1 + np.log1p(size)))
                over = [one.rows[each] for each in one.ancestors[row] if each in one.rows]
                steps = one.descendants[over] / (1 + size)
                above[over] = np.maximum(above[over], 1 / (1 + np.log1p(steps)))
        return exact, below, above

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The annotation that speaks for it."""
        values = evidence.values
        processes = [c.process_name for c in evidence.subject.components if c.process_name]
        named = ", ".join(dict.fromkeys(processes))
        if values["annotated"]:
            return "AOP-Wiki annotates the Key Event with this term"
        if values["below_annotated"] > 0.2:
            return f"is a kind of what AOP-Wiki annotates: {named}"
        if values["above_annotated"] > 0.4:
            return f"is the broader term of what AOP-Wiki annotates: {named}"
        for component in evidence.subject.components:
            shared = shared_words(component.text, evidence.title)
            if set(shared) - evidence.shared:
                return f"AOP-Wiki annotates {component.text}: shares {', '.join(shared)}"
        return ""
