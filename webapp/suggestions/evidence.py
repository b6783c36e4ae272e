"""What signals need of the catalog, read at once, and the pools that they make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.pool import make_pools
from webapp.suggestions.signals.targets import (
    GeneSets,
    Resource,
    TextVectors,
    gene_sets,
    hierarchy,
    synonyms,
)
from webapp.suggestions.subject import Subject, subjects
from webapp.suggestions.text import spell_greek
from webapp.suggestions.vocabulary import core

Names = Mapping[str, Sequence[tuple[str, str, str]]]
"""By resource: (identifier, title, title and synonyms), see `builder.target_names`."""


@dataclass(frozen=True, eq=False)
class Material:
    """The catalog as signals need it."""

    names: Names
    subjects: Sequence[Subject]
    gene_sets: Mapping[str, GeneSets]
    symbols: Mapping[str, int]
    parents: Mapping[str, frozenset[str]]
    synonyms: Mapping[str, Sequence[str]]
    """By identifier, see `targets.synonyms`."""

    def texts(self) -> set[str]:
        """Every text that signals compare by meaning."""
        cores = {spell_greek(core(row[1])) for rows in self.names.values() for row in rows}
        further = (spell_greek(name) for names in self.synonyms.values() for name in names)
        return cores.union(further, *(subject.texts() for subject in self.subjects))

    def resources(
        self,
        lexical: Mapping[str, LexicalIndex],
        texts: TextVectors,
        key_events: NDArray[np.float32],
    ) -> list[Resource]:
        """All resources as signals see them; `key_events` are the vectors of all titles."""
        resources: list[Resource] = []
        for name, rows in self.names.items():
            resources.append(
                Resource(
                    name=name,
                    identifiers=[row[0] for row in rows],
                    titles=[row[1] for row in rows],
                    lexical=lexical[name],
                    texts=texts,
                    gene_sets=self.gene_sets[name],
                    parents=self.parents,
                    key_events=key_events,
                    symbols=self.symbols,
                    synonyms=[self.synonyms.get(row[0], ()) for row in rows],
                    others=resources,
                )
            )
        return resources

    def write_pools(self, folder: Path, resources: Sequence[Resource]) -> None:
        """Compute all signals and write the pools of each resource, and the named genes."""
        named = {one.number: dict(one.genes) for one in self.subjects if one.genes}
        (folder / "named_genes.json").write_text(json.dumps(named), encoding="utf-8")
        for name, pools in make_pools(resources, self.subjects).items():
            pools.save(folder / name / "pool")


def read(session: Session, names: Names, abbreviations: Mapping[str, str]) -> Material:
    """Read what signals need."""
    identifiers = {resource: [row[0] for row in rows] for resource, rows in names.items()}
    sets, symbols = gene_sets(session, identifiers)
    return Material(
        names,
        subjects(session, abbreviations),
        sets,
        symbols,
        hierarchy(session),
        synonyms(session),
    )
