"""Signals: what speaks for a target, each with its values, its columns and its sentence.

`SIGNALS` are computed when the index is built, for every Key Event against every target of a
resource; `pool` keeps the promising ones. Memory of curated neighbours is the one signal that is
computed live, see `memory`. Signals know texts, vectors, genes and hierarchy, no pages and no
curation.
"""

from __future__ import annotations

from webapp.suggestions.signals.annotation import Annotation
from webapp.suggestions.signals.description import Description
from webapp.suggestions.signals.genes import SharedGenes
from webapp.suggestions.signals.kind import Kind
from webapp.suggestions.signals.meaning import Meaning, Parts, ReadAs
from webapp.suggestions.signals.mined import MinedGenes
from webapp.suggestions.signals.signal import Evidence, Explains, Signal
from webapp.suggestions.signals.words import Letters, SameName, SharedWords

SIGNALS: tuple[type[Signal], ...] = (
    Meaning,
    Parts,
    SharedWords,
    SameName,
    Letters,
    ReadAs,
    Annotation,
    SharedGenes,
    Kind,
)
"""In the order of their columns."""

TOLD: tuple[type[Explains], ...] = (
    SameName,
    SharedWords,
    SharedGenes,
    Annotation,
    MinedGenes,
    ReadAs,
    Description,
    Meaning,
)
"""In the order in which a curator reads their sentences: what can be checked comes first."""

COLUMNS: tuple[str, ...] = tuple(column for signal in SIGNALS for column in signal.columns)

__all__ = ["COLUMNS", "SIGNALS", "TOLD", "Evidence", "Explains", "Signal"]
