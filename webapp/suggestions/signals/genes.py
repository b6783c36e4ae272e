"""Signals by genes: those that a Key Event names, and those of what is near to it by meaning."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from webapp.suggestions.signals.postings import coverage_index
from webapp.suggestions.signals.signal import Evidence, Values
from webapp.suggestions.signals.targets import GeneSets, Resource
from webapp.suggestions.subject import Subject

NEAREST = 8
"""Pathways or terms near in meaning whose genes make the expected genes."""
TEMPERATURE = 0.1


class SharedGenes:
    """Named genes among the target's, and genes in common with what is near in meaning.

    `named_gene` is the negative logarithm of the chance that a set of the target's size holds a
    gene of the genome, times the root of the number found: the hypergeometric tail for a single
    gene. `genes_of_*` are the bridges between resources: cosine (by rarity of genes) of the
    target's genes with those of the nearest targets of each resource. `gene_name` and `gene_words`
    compare what the named genes are called with the name of the target.
    """

    name: str = "genes"
    columns: ClassVar[tuple[str, ...]] = (
        "named_gene",
        "genes_of_wikipathways",
        "genes_of_go_bp",
        "genes_of_reactome",
        "gene_name",
        "gene_words",
    )
    pools: ClassVar[tuple[str, ...]] = ("named_gene", "gene_name")

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._words = coverage_index(resource.titles)
        self._number = max(len(resource.symbols), 1)
        sources = {one.name: one for one in resource.others}
        self._sources = [sources.get(c.removeprefix("genes_of_")) for c in self.columns[1:4]]
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
        called = subject.gene_names
        words = [self._words.coverage(name)[0] for name in called]
        return np.stack(
            [
                self._named(subject),
                *bridges,
                self._resource.by_name.nearest(called),
                np.max(words, axis=0) if words else np.zeros_like(bridges[0]),
            ],
            axis=1,
        )

    def _named(self, subject: Subject) -> Values:
        one = self._resource
        marked = np.zeros(self._number, dtype=np.float32)
        marked[[one.symbols[symbol] for symbol in subject.genes]] = 1
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
        """The named genes that are among the target's, with the words that name them."""
        if not evidence.genes:
            return ""
        genes = ", ".join(sorted(evidence.genes))
        words = dict.fromkeys(
            named
            for symbol, named in sorted(evidence.genes.items())
            if named.replace("-", "").upper() != symbol.upper()
        )
        told = f" as {', '.join(words)}" if words else ""
        many = "s" * (len(evidence.genes) > 1)
        return f"has the gene{many} {genes}, which the Key Event names{told}"
