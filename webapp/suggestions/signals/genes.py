"""Signals by genes: those that a Key Event names, and those of what is near to it by meaning."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from typing import ClassVar

import numpy as np

from webapp.suggestions.signals.signal import Evidence, Values
from webapp.suggestions.signals.targets import GeneSets, Resource
from webapp.suggestions.subject import Subject
from webapp.suggestions.text import spell_greek

NEAREST = 8
"""Pathways or terms near in meaning whose genes make the expected genes."""
TEMPERATURE = 0.1
FAMILY = 6
"""A family of more genes than this is too wide to name any of them."""

_WORD = re.compile(r"[A-Za-z0-9-]+")
_MEMBER = re.compile(r"([A-Z]{2,}\d*?)(?:\d{1,2}|[A-Z])")
_WORDS_LIKE_SYMBOLS = frozenset(
    "ACT AIR ARC BAD CAD CAT CELL DNA FAST GABA IMPACT KIT MAX MICE MIE PIGS REST RHO RNA SET "
    "TYPE WAS".split()
)


class GeneNames:
    """Finds gene symbols, and families of few genes (`STAT5`), in texts."""

    def __init__(self, symbols: Collection[str]) -> None:
        self._symbols = {symbol.upper(): symbol for symbol in symbols}
        families: dict[str, set[str]] = defaultdict(set)
        for symbol in symbols:
            member = _MEMBER.fullmatch(symbol)
            if member and len(member[1]) > 2:
                families[member[1]].add(symbol)
        self._families = {name: found for name, found in families.items() if len(found) <= FAMILY}

    def found_in(self, text: str) -> dict[str, str]:
        """The symbols that a text names, each with the word that names it.

        A word counts if it looks like a symbol: two capitals or digits, three letters.
        """
        found: dict[str, str] = {}
        for word in _WORD.findall(spell_greek(text)):
            key = word.replace("-", "").upper()
            looks = sum(letter.isupper() or letter.isdigit() for letter in word) > 1
            if len(key) < 3 or not looks or key in _WORDS_LIKE_SYMBOLS:
                continue
            if key in self._symbols:
                found[self._symbols[key]] = word
            else:
                for symbol in self._families.get(key, ()):
                    found.setdefault(symbol, word)
        return found


def named_genes(names: GeneNames, subject: Subject) -> dict[str, str]:
    """The genes that titles and annotations of a Key Event name."""
    found: dict[str, str] = {}
    for text in (subject.title.plain, subject.short.plain, *(c.text for c in subject.components)):
        found |= names.found_in(text)
    return found


class SharedGenes:
    """Named genes among the target's, and genes in common with what is near in meaning.

    `named_gene` is the negative logarithm of the chance that a set of the target's size holds a
    gene of the genome, times the root of the number found: the hypergeometric tail for a single
    gene. `genes_of_*` are the bridges between resources: cosine (by rarity of genes) of the
    target's genes with those of the nearest targets of each resource.
    """

    name: str = "genes"
    columns: ClassVar[tuple[str, ...]] = (
        "named_gene",
        "genes_of_wikipathways",
        "genes_of_go_bp",
        "genes_of_reactome",
    )
    pools: ClassVar[tuple[str, ...]] = ("named_gene",)

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._names = GeneNames([s for s in resource.symbols if not s.startswith("entrez:")])
        self._number = max(len(resource.symbols), 1)
        sources = {one.name: one for one in resource.others}
        self._sources = [sources.get(c.removeprefix("genes_of_")) for c in self.columns[1:]]
        seen = np.zeros(self._number, dtype=np.float32)
        for one in resource.others:
            seen += np.bincount(one.gene_sets.genes, minlength=self._number)
        total = sum(len(one.titles) for one in resource.others)
        self._rarity = np.log(np.maximum(total, 1) / (1 + seen)).clip(0).astype(np.float32)
        self._length = self._lengths(resource.gene_sets)
        self._lengths_of = {one.name: self._lengths(one.gene_sets) for one in resource.others}

    def _lengths(self, sets: GeneSets) -> Values:
        lengths: Values = np.sqrt(sets.sums(self._rarity**2) + np.float32(1e-12))
        return lengths

    def values(self, subject: Subject) -> Values:
        """See `columns`; 0 for targets without genes."""
        bridges = [self._bridge(source, subject) for source in self._sources]
        return np.stack([self._named(subject), *bridges], axis=1)

    def _named(self, subject: Subject) -> Values:
        one = self._resource
        named = named_genes(self._names, subject)
        marked = np.zeros(self._number, dtype=np.float32)
        marked[[one.symbols[symbol] for symbol in named]] = 1
        hits = one.gene_sets.sums(marked)
        chance = -np.log((one.gene_sets.sizes + 1) / self._number) / 5
        found: Values = (chance * np.sqrt(np.minimum(hits, 3))).astype(np.float32)
        return found

    def _bridge(self, source: Resource | None, subject: Subject) -> Values:
        if source is None or not len(source.titles):
            return np.zeros(len(self._resource.titles), dtype=np.float32)
        near = source.by_name.nearest(subject.names)
        near = np.where(source.gene_sets.sizes >= 3, near, -1)
        count = min(NEAREST, len(near))
        top = np.argpartition(-near, count - 1)[:count]
        weights = np.exp((near[top] - 1) / TEMPERATURE)
        expected = np.zeros(self._number, dtype=np.float32)
        for row, weight in zip(top, weights / weights.sum(), strict=True):
            genes = source.gene_sets.of(int(row))
            length = self._lengths_of[source.name][row]
            expected[genes] += weight * self._rarity[genes] / length
        size = float(np.linalg.norm(expected)) + 1e-6
        return self._resource.gene_sets.sums(expected * self._rarity) / self._length / size

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The named genes that are among the target's."""
        if not evidence.genes:
            return ""
        genes = ", ".join(sorted(evidence.genes))
        return f"has the gene{'s' * (len(evidence.genes) > 1)} {genes}, which the Key Event names"
