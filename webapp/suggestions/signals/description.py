"""The description, sentence by sentence: thrown into the query it hurts, beside it it helps."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.signals.signal import Evidence, Values
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject

NEAR = 0.5


class Description:
    """The nearest sentence, and the mean of the three nearest."""

    name: ClassVar[str] = "description"
    columns: ClassVar[tuple[str, ...]] = ("sentence", "sentences")
    pools: ClassVar[tuple[str, ...]] = ("sentence",)

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def values(self, subject: Subject) -> Values:
        """Cosines; 0 without a description."""
        one = self._resource
        if not subject.sentences:
            return np.zeros((len(one.titles), 2), dtype=np.float32)
        near = one.by_name.of(subject.sentences)
        near.sort(axis=0)
        return np.stack([near[-1], near[-3:].mean(axis=0)], axis=1)

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The sentence that shares most words with the name, if the title does not share them."""
        if evidence.values["sentence"] < NEAR:
            return ""
        found = [(shared_words(s, evidence.title), s) for s in evidence.subject.sentences]
        shared, sentence = max(found, key=lambda pair: len(pair[0]), default=([], ""))
        return f"its description says “{sentence}”" if set(shared) - evidence.shared else ""
