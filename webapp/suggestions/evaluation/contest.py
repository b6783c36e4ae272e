"""What is ranked and by which rules: Key Events, targets, and which of these are candidates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target, TargetGene, TargetSynonym
from webapp.suggestions.evaluation.concepts import concept_of
from webapp.suggestions.index import Index, ResourceIndex

ONLY_WITH_GENES = frozenset({"wikipathways"})
"""Resources whose targets compete only if they have genes, as experts chose among those."""


@dataclass(frozen=True)
class Text:
    """Title and description of a Key Event or target, and whether it is in its source's present
    release."""

    title: str
    description: str
    live: bool
    replaced_by: str = ""


@dataclass(frozen=True)
class Contest:
    """One resource of the catalog with its index; row i is target `part.identifiers[i]`."""

    resource: str
    index: Index
    key_events: dict[int, Text]
    targets: dict[str, Text]
    """Of this resource, also those that are retired."""
    synonyms: dict[str, list[str]]
    """Exact ones, by identifier."""
    candidates: NDArray[np.bool_]
    """Shape (rows,): whether the target competes: it is live and, where that is asked, has
    genes."""

    @property
    def part(self) -> ResourceIndex:
        """The resource's part of the index."""
        return self.index.resources[self.resource]

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each candidate."""
        return {
            identifier: row
            for row, identifier in enumerate(self.part.identifiers)
            if self.candidates[row]
        }

    @cached_property
    def concepts(self) -> dict[int, str]:
        """The concept of each Key Event; one without a word in its title is a concept by itself."""
        return {
            number: concept_of(text.title, self.index.abbreviations) or f"key event {number}"
            for number, text in self.key_events.items()
        }


def prepare(session: Session, index: Index, resource: str, *, all_targets: bool = False) -> Contest:
    """Read what is ranked from the catalog. Raises `KeyError` where the index lacks the resource.

    `all_targets` lets those without genes compete as well.
    """
    key_events = {
        row.number: Text(row.title, row.description, row.retired_at is None)
        for row in session.execute(
            select(KeyEvent.number, KeyEvent.title, KeyEvent.description, KeyEvent.retired_at)
        )
    }
    targets, with_genes = {}, set()
    has_genes = select(TargetGene.target_id).where(TargetGene.target_id == Target.id).exists()
    for row in session.execute(
        select(
            Target.identifier,
            Target.title,
            Target.description,
            Target.retired_at,
            Target.replaced_by,
            has_genes,
        ).where(Target.resource == resource)
    ):
        identifier, title, description, retired_at, replaced_by, genes = row
        targets[identifier] = Text(title, description, retired_at is None, replaced_by or "")
        if genes:
            with_genes.add(identifier)
    synonyms: dict[str, list[str]] = {}
    for identifier, text in session.execute(
        select(Target.identifier, TargetSynonym.text)
        .join(TargetSynonym, TargetSynonym.target_id == Target.id)
        .where(Target.resource == resource, TargetSynonym.scope == "EXACT")
    ):
        synonyms.setdefault(identifier, []).append(text)
    genes_asked = resource in ONLY_WITH_GENES and not all_targets
    candidates = [
        identifier in targets
        and targets[identifier].live
        and (identifier in with_genes or not genes_asked)
        for identifier in index.resources[resource].identifiers
    ]
    return Contest(
        resource, index, key_events, targets, synonyms, np.array(candidates, dtype=np.bool_)
    )
