"""Signals by the letter: shared words, the same name, sequences of letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.signals.postings import Grams, coverage_index
from webapp.suggestions.signals.signal import Evidence, Unexplained, Values
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject
from webapp.suggestions.vocabulary import canonical_stems


class SharedWords:
    """BM25 over names and synonyms, and how much of the name and of the title is shared."""

    name: str = "lexical"
    columns: ClassVar[tuple[str, ...]] = (
        "bm25",
        "bm25_of_best",
        "name_shared",
        "title_shared",
        "about_shared",
        "title_in_about",
    )
    pools: ClassVar[tuple[str, ...]] = ("bm25", "name_shared", "about_shared")

    def __init__(self, resource: Resource) -> None:
        self._lexical = resource.lexical
        self._names = coverage_index(resource.titles)
        self._cores = coverage_index(resource.cores)

    def values(self, subject: Subject) -> Values:
        """See `columns`."""
        texts = list(dict.fromkeys([subject.title.spelt_out, subject.short.spelt_out]))
        bm25 = np.max([self._lexical.score(text) for text in texts], axis=0)
        best = float(bm25.max(initial=0)) or 1.0
        shared = [
            np.max([index.coverage(text)[side] for text in texts], axis=0)
            for index in (self._names, self._cores)
            for side in (0, 1)
        ]
        return np.stack([bm25, bm25 / best, *shared], axis=1)

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The shared words; with the abbreviation that a word came from."""
        query = evidence.subject.title
        shared = shared_words(query.plain, evidence.title)
        told = [_shares(shared)] if shared else []
        for short, long_form in query.read_as.items():
            more = [word for word in shared_words(long_form, evidence.title) if word not in shared]
            if more:
                told.append(f"{_shares(more)}, with {short} read as {long_form}")
        if not told and evidence.values["bm25"] > 0:
            also = shared_words(evidence.subject.short.spelt_out, evidence.title)
            told = [f"its short title {_shares(also)}"] if also else [SYNONYM]
        return "; ".join(told)


SYNONYM = "shares words with one of its synonyms"


class SameName:
    """Whether the title, or a part of it, is the name or a synonym, or what the name is about."""

    name: str = "name"
    columns: ClassVar[tuple[str, ...]] = ("same_name", "same_about")
    pools: ClassVar[tuple[str, ...]] = columns

    def __init__(self, resource: Resource) -> None:
        self._count = len(resource.titles)
        further = [(row, name) for row, names in enumerate(resource.synonyms) for name in names]
        self._names = _by_stems([*enumerate(resource.titles), *further])
        self._cores = _by_stems(enumerate(resource.cores))

    def values(self, subject: Subject) -> Values:
        """1 where it is, else 0."""
        found = np.zeros((self._count, 2), dtype=np.float32)
        for text in {*subject.names, *subject.parts}:
            key = _stems(text)
            if key:
                found[self._names.get(key, []), 0] = 1
                found[self._cores.get(key, []), 1] = 1
        return found

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """That it is so."""
        if evidence.values["same_name"]:
            return "is named like the Key Event"
        return "is about just what the Key Event names" if evidence.values["same_about"] else ""


class Letters(Unexplained):
    """Letters in sequence, which forgive endings and spellings."""

    name: str = "letters"
    columns: ClassVar[tuple[str, ...]] = ("letters",)
    pools: ClassVar[tuple[str, ...]] = columns

    def __init__(self, resource: Resource) -> None:
        self._grams = Grams(resource.titles)

    def values(self, subject: Subject) -> Values:
        """The larger cosine of the two titles."""
        texts = dict.fromkeys([subject.title.spelt_out, subject.short.spelt_out])
        found: Values = np.max([self._grams.cosine(text) for text in texts], axis=0)[:, None]
        return found


def _stems(text: str) -> str:
    return " ".join(sorted(set(canonical_stems(text))))


def _by_stems(names: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for row, name in names:
        found[_stems(name)].append(row)
    return found


def _shares(words: list[str]) -> str:
    return f"shares the word{'s' * (len(words) > 1)} {', '.join(words)}"
