"""What one target lacks beside another of the same Key Event, signal by signal, in plain words.

What costs most comes first: the weight of each column times the difference of its values, summed
by signal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.suggestions import memory
from webapp.suggestions.phrases import marked
from webapp.suggestions.ranker import Reason
from webapp.suggestions.signals import SIGNALS, Evidence
from webapp.suggestions.signals.meaning import ordinal
from webapp.suggestions.text import stems, words

MOST = 3
"""Signals that are told."""
LITTLE = 0.1
"""A signal with a smaller part of all that costs is not told."""

_SIGNAL_OF = {
    column: signal.name for signal in SIGNALS for column in signal.columns
} | dict.fromkeys(memory.COLUMNS, "memory")


@dataclass(frozen=True)
class Side:
    """One of the two: its place, and what is known of it. Columns that are not known are left out
    of `evidence.values`, and of the comparison."""

    rank: int
    identifier: str
    evidence: Evidence
    held: int
    """Genes that it has."""

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return "the first" if self.rank == 1 else f"the {ordinal(self.rank)}"


def costs(own: Side, other: Side, weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """By signal and column what the first one loses against the second, only what it loses."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    mine, others = own.evidence.values, other.evidence.values
    for column, weight in weights.items():
        if column in mine and column in others:
            found[_SIGNAL_OF[column]][column] = weight * (others[column] - mine[column])
    return {signal: parts for signal, parts in found.items() if sum(parts.values()) > 0}


def lacks(
    own: Side, other: Side, weights: Mapping[str, float], named: frozenset[str]
) -> tuple[Reason, ...]:
    """A sentence for each of the signals that cost most; `named` are the Key Event's genes."""
    found = costs(own, other, weights)
    total = sum(sum(parts.values()) for parts in found.values())
    worst = sorted(found, key=lambda signal: -sum(found[signal].values()))[:MOST]
    told = []
    for signal in worst:
        if sum(found[signal].values()) < LITTLE * total:
            continue
        column = max(found[signal], key=lambda one: found[signal][one])
        text = _sentence(signal, column, own, other, named)
        both = frozenset(stems(own.evidence.subject.title.spelt_out))
        told.append(Reason(signal, text, marked(text, both) if signal == "lexical" else ()))
    return tuple(told)


def _sentence(signal: str, column: str, own: Side, other: Side, named: frozenset[str]) -> str:
    match signal:
        case "meaning":
            return _meaning(column, own, other)
        case "parts":
            return "its name is farther in meaning from each part of the title"
        case "lexical":
            return _words(own, other)
        case "name":
            return f"is not named like the Key Event, as {other.called} is"
        case "letters":
            return f"its name is less like the title letter by letter than that of {other.called}"
        case "vocabulary":
            read = own.evidence.subject.read_as
            how = "; ".join(f"{said} read as {meant}" for said, meant, _ in read[:2])
            return f"its name is farther from the title in other words ({how})"
        case "annotation":
            return _annotation(own, other)
        case "genes":
            return _genes(column, own, other, named)
        case "kind":
            return f"is of a kind that experts chose less often: {_kind(column, own, other)}"
        case _:
            return _chosen(own, other)


def _meaning(column: str, own: Side, other: Side) -> str:
    mine, others = own.evidence, other.evidence
    if 0 < others.place < mine.place:
        return (
            f"its name is {ordinal(mine.place)} nearest in meaning of {mine.candidates:,}; that of "
            f"{other.called} is {ordinal(others.place)}"
        )
    if column == "unhubbed":
        return "its name is near in meaning to many Key Events, so that nearness tells less of it"
    if column == "about":
        return f"what its name is about is farther in meaning than with {other.called}"
    return f"its name is farther in meaning than that of {other.called}"


def _words(own: Side, other: Side) -> str:
    mine, others = own.evidence.shared, other.evidence.shared
    shared = _in_order(own.evidence.title, mine)
    more = _in_order(other.evidence.title, others - mine)
    if not mine and own.evidence.values.get("bm25", 0) > 0:
        told = "shares words with the title in its synonyms or read otherwise, none in its name"
    elif not mine:
        told = "shares no word with the title"
    elif not more:
        return f"shares {shared}, and its name or the title has more words beside"
    else:
        told = f"shares only {shared} with the title"
    return f"{told}; {other.called} shares {more}" if more else told


def _in_order(title: str, wanted: frozenset[str]) -> str:
    return ", ".join(word for word in dict.fromkeys(words(title)) if word in wanted)


def _annotation(own: Side, other: Side) -> str:
    if other.evidence.values.get("annotated") and not own.evidence.values.get("annotated"):
        return f"is not the term that AOP-Wiki annotates; {other.called} is"
    names = ", ".join(dict.fromkeys(one.text for one in own.evidence.subject.components))
    return f"its name is farther from what AOP-Wiki annotates ({names})"


def _genes(column: str, own: Side, other: Side, named: frozenset[str]) -> str:
    has = ", ".join(sorted(other.evidence.genes.keys() - own.evidence.genes.keys()))
    if has and not own.evidence.genes:
        told = f"has none of the genes that the Key Event names ({', '.join(sorted(named))})"
        return f"{told}; {other.called} has {has}"
    if has:
        return f"lacks {has}, which the Key Event names; {other.called} has it"
    if not own.held:
        return "has no genes in this catalog"
    if not column.startswith("genes_of_"):
        return f"its name is less like what the named genes are called than that of {other.called}"
    return f"its genes are less like those of what is nearest in meaning than {other.called}'s are"


def _kind(column: str, own: Side, other: Side) -> str:
    mine, others = own.evidence.values[column], other.evidence.values[column]
    match column:
        case "genes" | "no_genes":
            return f"it has {_genes_held(own)}, {other.called} {_genes_held(other)}"
        case "length":
            return f"its name is {'longer' if mine > others else 'shorter'}"
        case "terms_below":
            return f"it is {'more general' if mine > others else 'more special'}"
        case "terms_above":
            return f"it stands {'deeper' if mine > others else 'higher'} in the hierarchy"
        case _:
            kind = column.removeprefix("kind: ")
            return f"its name is {'' if mine > others else 'not '}of the kind “{kind}”"


def _genes_held(side: Side) -> str:
    return f"{side.held:,} gene{'s' * (side.held != 1)}" if side.held else "no genes"


def _chosen(own: Side, other: Side) -> str:
    mine, others = (side.evidence.values["likeness"] for side in (own, other))
    if 0 < mine < others:
        return "was chosen for Key Events that are less like this one"
    if mine:
        return f"was chosen less often for like Key Events than {other.called}"
    told = "nobody chose it for a like Key Event"
    if other.evidence.values["likeness"]:
        return f"{told}, as {other.called} was chosen"
    return f"{told}, nor names like it as often as names like that of {other.called}"
