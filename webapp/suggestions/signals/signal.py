"""What every signal is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.overlap import Overlap
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject

Values = NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """One target of a list beside its Key Event, for the sentence to the curator."""

    subject: Subject
    title: str
    """Of the target."""
    values: Mapping[str, float]
    """By column."""
    candidates: int
    place: int = 0
    """By the meaning of the name alone, 1 for the nearest."""
    genes: Mapping[str, str] = field(default_factory=dict)
    """Symbols of the target's genes that the Key Event names, each with the words that name it."""
    mined: Overlap | None = None
    """What programs found in AOP-Wiki's texts that the target has; None where it has none of it."""

    @property
    def shared(self) -> frozenset[str]:
        """The words of the target's name that the title itself has."""
        return frozenset(shared_words(self.subject.title.plain, self.title))


class Explains(Protocol):
    """Something that a curator can be told of."""

    name: str

    @staticmethod
    def explain(evidence: Evidence, /) -> str:
        """One sentence for the curator with the evidence itself; empty where there is none."""
        ...


class Signal(Explains, Protocol):
    """Something that speaks for targets."""

    columns: ClassVar[tuple[str, ...]]
    pools: ClassVar[tuple[str, ...]]
    """The columns whose best targets become candidates."""

    def __init__(self, resource: Resource) -> None: ...

    def values(self, subject: Subject) -> Values:
        """Shape (targets, len(columns)): higher speaks for the target."""
        ...


class Unexplained:
    """A signal that only helps to order: another one tells what a curator should know of it."""

    @staticmethod
    def explain(_evidence: Evidence, /) -> str:
        """Nothing."""
        return ""
