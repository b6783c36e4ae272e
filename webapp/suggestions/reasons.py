"""What a curator is told of a suggested target: its reasons in short, and the evidence in full.

Each signal says in its own sentence what it found (`signals.TOLD`); here what matched in it is told
apart, and what only helps to order is told by its place among the targets that were compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from webapp.catalog.registry import RESOURCES
from webapp.suggestions import direction
from webapp.suggestions.calibration import counts_in_words, in_words
from webapp.suggestions.lexical import shared_words
from webapp.suggestions.phrases import Part, Phrase, joined, marked, with_genes
from webapp.suggestions.ranker import Reason
from webapp.suggestions.shares import Share
from webapp.suggestions.signals import TOLD, Evidence
from webapp.suggestions.signals.meaning import ordinal
from webapp.suggestions.subject import Subject
from webapp.suggestions.text import stems

LABELS = {
    "name": "Name",
    "lexical": "Words",
    "genes": "Genes",
    "annotation": "Annotation",
    "mined": "Genes in texts",
    "vocabulary": "Other words",
    "description": "Description",
    "meaning": "Meaning",
    "letters": "Letters",
    "memory": "Chosen before",
    "direction": "Direction",
    "agreement": "Experts",
    "compared": "Compared",
}
"""What each signal is called where its evidence is shown, in the order of the page."""

_IN_FULL_ALONE = frozenset({"description"})
"""Too long for one line."""
_ONE_LINE = 90
"""Letters of a reason beyond which it stands in the evidence alone."""
_CLOSE = 10
"""A place after that in the pool is no evidence."""
_BY_PLACE = {
    "about": ("meaning", "by nearness of what the name is about"),
    "part": ("meaning", "by nearness to a part of the title"),
    "process": ("annotation", "by nearness to the annotated process"),
    "object": ("annotation", "by nearness to the annotated object"),
    "reread_title": ("vocabulary", "by nearness to the title so read"),
    "letters": ("letters", "by sequences of letters shared with the title"),
    **{
        f"genes_of_{key}": ("genes", f"by genes shared with what is nearest in {one.name}")
        for key, one in RESOURCES.items()
    },
}
"""By column: whose evidence it is, and what its place is called."""


@dataclass(frozen=True)
class Facts:
    """One target beside its Key Event, with all that can be told of it."""

    evidence: Evidence
    said: str
    """The title of the Key Event, direction and all."""
    words: frozenset[str]
    """`words_of` the Key Event."""
    synonyms: Sequence[str]
    standing: Mapping[str, int]
    """The place in the pool by column."""
    compared: int
    """Targets in the pool."""
    like: Part | None
    """The like Key Event that it was chosen for."""
    agreed: Share | None
    """How often experts agreed with suggestions like it."""

    @cached_property
    def told(self) -> tuple[Reason, ...]:
        """What signals say, in the order of `TOLD`, with what matched told apart."""
        said = ((signal.name, signal.explain(self.evidence)) for signal in TOLD)
        return tuple(Reason(name, text, self._phrase(name, text)) for name, text in said if text)

    def _phrase(self, signal: str, text: str) -> Phrase:
        name = stems(self.evidence.title)
        match signal:
            case "genes":
                return with_genes(text, self.evidence.genes)
            case "mined" if self.evidence.mined:
                return with_genes(text, self.evidence.mined.shared)
            case "description":
                return marked(text, frozenset(name))
            case "lexical" | "annotation":
                return marked(text, self.words.intersection(name))
            case "vocabulary":
                said = {stem for one, _, _ in self.evidence.subject.read_as for stem in stems(one)}
                return marked(text, self.words.intersection(name) | said)
            case _:
                return (Part(text),)


def words_of(subject: Subject) -> frozenset[str]:
    """The stems of all words that names are compared with."""
    texts = [subject.title.spelt_out, subject.short.spelt_out]
    texts += [one.text for one in subject.components]
    texts += [meant for _, meant, _ in subject.read_as]
    return frozenset(stem for text in texts for stem in stems(text))


def in_short(facts: Facts) -> tuple[Reason, ...]:
    """One line: what can be checked first, without what another reason says too."""
    found = [
        one
        for one in facts.told
        if one.signal not in _IN_FULL_ALONE
        and len(one.text) <= _ONE_LINE
        and not (one.signal == "vocabulary" and _says_nothing_new(facts.evidence))
    ]
    found += _others(facts)
    if facts.agreed:
        found.append(Reason("agreement", counts_in_words(facts.agreed)))
    return tuple(found)


def in_full(facts: Facts) -> tuple[Reason, ...]:
    """One reason a signal, with the evidence itself, in the order of `LABELS`."""
    told: dict[str, list[Phrase]] = {one.signal: [one.phrase] for one in facts.told}
    if synonyms := _matching(facts.synonyms, facts.evidence.subject):
        told.setdefault("lexical", []).append(synonyms)
    for column, (signal, by_what) in _BY_PLACE.items():
        place = facts.standing.get(column, _CLOSE + 1)
        if place <= _CLOSE and facts.evidence.values[column] > 0:
            sentence = f"{ordinal(place)} of {facts.compared:,} {by_what}"
            told.setdefault(signal, []).append((Part(sentence),))
    for reason in _others(facts):
        told.setdefault(reason.signal, []).append(reason.phrase or (Part(reason.text),))
    if facts.agreed:
        told["agreement"] = [(Part(in_words(facts.agreed)),)]
    compared, of = facts.compared, facts.evidence.candidates
    told["compared"] = [(Part(f"{compared:,} of {of:,} entries were compared by all signals"),)]
    return tuple(Reason.of(name, joined(told[name])) for name in LABELS if name in told)


def _others(facts: Facts) -> list[Reason]:
    """What no signal of the index says: like Key Events, direction."""
    found = []
    if facts.like:
        phrase = (Part("was chosen for "), facts.like, Part(", which is like this one"))
        found.append(Reason.of("memory", phrase))
    if directions := direction.compared(facts.said, facts.evidence.title):
        found.append(Reason("direction", directions))
    return found


def _says_nothing_new(evidence: Evidence) -> bool:
    """Whether the words that the title is read as are in the title itself."""
    read = {
        word
        for _, meant, _ in evidence.subject.read_as
        for word in shared_words(meant, evidence.title)
    }
    return read <= evidence.shared


def _matching(synonyms: Sequence[str], subject: Subject) -> Phrase:
    """Other exact names that share words with the title."""
    wanted = frozenset(stems(subject.title.spelt_out))
    shared = [one for one in synonyms if wanted.intersection(stems(one))]
    if not shared:
        return ()
    return (Part("also called "), *joined((marked(one, wanted) for one in shared[:3]), ", "))
