"""The targets of one resource as signals see them: names, cores, vectors, genes, hierarchy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Gene, Target, TargetGene, TargetParent, TargetSynonym
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.subject import Subject
from webapp.suggestions.text import spell_greek, stems
from webapp.suggestions.vocabulary import canonical_stems, core

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class GeneSets:
    """Genes by target in rows: target i has `genes[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    genes: NDArray[np.int32]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of genes of each target."""
        return np.diff(self.starts)

    def of(self, row: int) -> NDArray[np.int32]:
        """The genes of one target."""
        return self.genes[self.starts[row] : self.starts[row + 1]]

    @cached_property
    def _by_gene(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each gene's targets begin, and the targets by gene."""
        targets = np.repeat(np.arange(len(self.starts) - 1), self.sizes)
        count = int(self.genes.max(initial=-1)) + 1
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.genes, minlength=count))])
        return starts, targets[np.argsort(self.genes, kind="stable")]

    def sums(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """The summed weight (one a gene) of each target's genes; quick where most weigh nothing."""
        starts, targets = self._by_gene
        genes = np.flatnonzero(weights[: len(starts) - 1])
        lengths = starts[genes + 1] - starts[genes]
        before = np.cumsum(lengths) - lengths
        places = np.repeat(starts[genes] - before, lengths) + np.arange(lengths.sum())
        sums = np.bincount(
            targets[places],
            weights=np.repeat(weights[genes], lengths),
            minlength=len(self.starts) - 1,
        )
        return sums.astype(np.float32)


class TextVectors:
    """Vectors by text, all of length one and of the same encoder."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._rows = {text: row for row, text in enumerate(texts)}
        self._vectors = vectors

    def of(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimensions). Raises `KeyError` where a text was not encoded."""
        return np.asarray(self._vectors[[self._rows[text] for text in texts]])


class Nearness:
    """Cosines of texts with one vector a target; those of a batch of texts are computed at once.

    One product of matrices for many texts is ten times faster than one for each. Targets may have
    further names, of which the nearest counts: `further` holds their vectors, ordered by target,
    and `rows` the target of each.
    """

    def __init__(
        self,
        vectors: Vectors,
        texts: TextVectors,
        further: Vectors | None = None,
        rows: Sequence[int] = (),
    ) -> None:
        self.vectors = vectors
        self._further = further
        self._named, self._starts = np.unique(np.array(rows, dtype=np.int64), return_index=True)
        self._texts = texts
        self._rows: dict[str, int] = {}
        self._cosines: Vectors = np.zeros((0, len(vectors)), dtype=np.float32)

    def prepare(self, texts: Iterable[str]) -> None:
        """Compute what `of` will be asked for."""
        wanted = list(dict.fromkeys(texts))
        self._rows = {text: row for row, text in enumerate(wanted)}
        asked = self._texts.of(wanted)
        self._cosines = asked @ self.vectors.T
        if self._further is not None and len(self._named):
            best = np.maximum.reduceat(asked @ self._further.T, self._starts, axis=1)
            self._cosines[:, self._named] = np.maximum(self._cosines[:, self._named], best)

    def of(self, texts: Iterable[str]) -> Vectors:
        """Shape (texts, targets). Raises `KeyError` for a text that was not prepared."""
        return np.asarray(self._cosines[[self._rows[text] for text in texts]])

    def nearest(self, texts: Sequence[str]) -> Vectors:
        """The largest cosine of any text with each target; 0 where there is no text."""
        if not texts:
            return np.zeros(len(self.vectors), dtype=np.float32)
        found: Vectors = self.of(texts).max(axis=0)
        return found


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource; row i of each part is one target."""

    name: str
    identifiers: Sequence[str]
    titles: Sequence[str]
    lexical: LexicalIndex
    texts: TextVectors
    gene_sets: GeneSets
    parents: Mapping[str, frozenset[str]]
    key_events: Vectors
    """Of the spelt-out titles of all Key Events, for what is near to all of them."""
    synonyms: Sequence[Sequence[str]] = ()
    """Exact ones that say more than the title, see `telling`; none, or one row a target."""
    symbols: Mapping[str, int] = field(default_factory=dict)
    """The genes of all resources, by symbol."""
    others: Sequence[Resource] = ()
    """All resources, this one included; filled when all are made."""

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each identifier."""
        return {identifier: row for row, identifier in enumerate(self.identifiers)}

    @cached_property
    def cores(self) -> list[str]:
        """What the names are about, see `vocabulary.core`."""
        return [core(title) for title in self.titles]

    @cached_property
    def by_name(self) -> Nearness:
        """Texts beside the names."""
        rows = [row for row, found in enumerate(self.synonyms) for _ in found]
        further = [spell_greek(name) for found in self.synonyms for name in found]
        return Nearness(
            self.texts.of([spell_greek(title) for title in self.titles]),
            self.texts,
            self.texts.of(further) if further else None,
            rows,
        )

    @cached_property
    def by_core(self) -> Nearness:
        """Texts beside what the names are about."""
        return Nearness(self.texts.of([spell_greek(one) for one in self.cores]), self.texts)

    def prepare(self, subjects: Iterable[Subject]) -> None:
        """Compare the texts of some Key Events with all targets, before signals ask."""
        texts = [text for subject in subjects for text in subject.texts()]
        self.by_name.prepare(texts)
        self.by_core.prepare(texts)

    @cached_property
    def ancestors(self) -> list[frozenset[str]]:
        """All that stands above each target in its hierarchy."""
        known: dict[str, frozenset[str]] = {}

        def above(identifier: str, path: tuple[str, ...] = ()) -> frozenset[str]:
            if identifier not in known:
                parents = self.parents.get(identifier, frozenset()) - set(path)
                known[identifier] = parents.union(
                    *(above(parent, (*path, identifier)) for parent in parents)
                )
            return known[identifier]

        return [above(identifier) for identifier in self.identifiers]

    @cached_property
    def descendants(self) -> NDArray[np.float32]:
        """How many targets stand below each one."""
        counts = np.zeros(len(self.identifiers), dtype=np.float32)
        for above in self.ancestors:
            for identifier in above:
                if identifier in self.rows:
                    counts[self.rows[identifier]] += 1
        return counts


_REGULATION = frozenset(
    stems("up down regulation upregulation downregulation positive negative activation stimulation")
    + stems("inhibition induction process pathway anabolism catabolism breakdown signaling")
)


def telling(title: str, synonyms: Iterable[str]) -> list[str]:
    """The synonyms that have a word which the title has in no form.

    The Gene Ontology lists up to five for one regulation or synthesis, which say nothing new and
    would be encoded all the same.
    """
    said = {*canonical_stems(title), *_REGULATION}
    return [name for name in synonyms if set(canonical_stems(name)) - said]


def synonyms(session: Session) -> dict[str, list[str]]:
    """The exact synonyms of each live target that has any which tell something, by identifier."""
    found: dict[tuple[str, str], list[str]] = {}
    for identifier, title, text in session.execute(
        select(Target.identifier, Target.title, TargetSynonym.text)
        .join(TargetSynonym, TargetSynonym.target_id == Target.id)
        .where(TargetSynonym.scope == "EXACT", Target.retired_at.is_(None))
        .order_by(Target.id, TargetSynonym.text)
    ):
        found.setdefault((identifier, title), []).append(text)
    return {
        identifier: told
        for (identifier, title), texts in found.items()
        if (told := telling(title, texts))
    }


def hierarchy(session: Session) -> dict[str, frozenset[str]]:
    """The parents of each target that has any, by identifier."""
    names = dict(session.execute(select(Target.id, Target.identifier)).all())
    found: dict[str, set[str]] = {}
    for child, parent in session.execute(select(TargetParent.target_id, TargetParent.parent_id)):
        found.setdefault(names[child], set()).add(names[parent])
    return {child: frozenset(parents) for child, parents in found.items()}


def gene_sets(
    session: Session, identifiers: Mapping[str, Sequence[str]]
) -> tuple[dict[str, GeneSets], dict[str, int]]:
    """The gene sets of each resource, and the number of each symbol in them."""
    numbers = {id_: place for place, id_ in enumerate(session.scalars(select(Gene.id)))}
    symbols = {
        symbol: numbers[id_] for id_, symbol in session.execute(select(Gene.id, Gene.symbol))
    }
    genes: dict[str, list[int]] = {}
    for identifier, gene in session.execute(
        select(Target.identifier, TargetGene.gene_id)
        .join(TargetGene, TargetGene.target_id == Target.id)
        .where(Target.retired_at.is_(None))
    ):
        genes.setdefault(identifier, []).append(numbers[gene])
    sets = {}
    for resource, rows in identifiers.items():
        lists = [genes.get(identifier, []) for identifier in rows]
        starts = np.concatenate([[0], np.cumsum([len(each) for each in lists], dtype=np.int64)])
        flat = [gene for each in lists for gene in each]
        sets[resource] = GeneSets(starts.astype(np.int64), np.array(flat, dtype=np.int32))
    return sets, symbols
