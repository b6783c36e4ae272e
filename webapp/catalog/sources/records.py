"""What a reader yields: small frozen records, the same for every source.

`None` means "this source does not say" and leaves what the catalog already holds; an empty text or
an empty tuple means "the source says there is none". That is how several files describe one thing:
a GMT brings the genes of a pathway, an archive its description.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

WIKIPATHWAYS = "wikipathways"
GO_BP = "go_bp"
REACTOME = "reactome"

KEY_EVENT = "key_event"
AOP = "aop"
RELATIONSHIP = "relationship"
GENE = "gene"

HUMAN = "Homo sapiens"
ENTREZ_PREFIX = "entrez:"
"""Marks a gene that is known by its NCBI (Entrez) number only; the import looks up its symbol."""


@dataclass(frozen=True, slots=True)
class Version:
    """The version that a file claims for itself, such as `2026-03-05`."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a file that was left out or looks wrong; counted as "reported".

    `kind` is one of the kinds above or a resource; `line` is `None` where a file has no lines.
    """

    kind: str
    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a whole file, shown below the summary."""

    text: str


@dataclass(frozen=True, slots=True)
class Component:
    """One event component: an action on an object, in a process; all parts may be empty."""

    action: str = ""
    object_source: str = ""
    object_id: str = ""
    object_name: str = ""
    process_source: str = ""
    process_id: str = ""
    process_name: str = ""


@dataclass(frozen=True, slots=True)
class GeneInText:
    """A gene that a text names, by symbol or `entrez:NUMBER`; `method` says who read it there."""

    symbol: str
    method: str


@dataclass(frozen=True, slots=True)
class KeyEventRecord:
    """A Key Event by its AOP-Wiki number; `level` is one of the six levels or empty.

    With genes the record only completes a Key Event that another file or the catalog names.
    """

    number: int
    title: str | None = None
    short_title: str | None = None
    level: str | None = None
    description: str | None = None
    organ_term: str | None = None
    cell_term: str | None = None
    components: tuple[Component, ...] | None = None
    genes: tuple[GeneInText, ...] | None = None


@dataclass(frozen=True, slots=True)
class AopEvent:
    """The role (`MIE`, `KE` or `AO`) of a Key Event in an AOP."""

    key_event: int
    role: str


@dataclass(frozen=True, slots=True)
class AopRelationship:
    """What an AOP says of a relationship, in AOP-Wiki's words (`adjacent`, `High`)."""

    relationship: int
    adjacency: str = ""
    evidence: str = ""
    quantitative_understanding: str = ""


@dataclass(frozen=True, slots=True)
class AopRecord:
    """An adverse outcome pathway by its AOP-Wiki number."""

    number: int
    title: str | None = None
    short_title: str | None = None
    description: str | None = None
    status: str | None = None
    events: tuple[AopEvent, ...] | None = None
    relationships: tuple[AopRelationship, ...] | None = None


@dataclass(frozen=True, slots=True)
class RelationshipRecord:
    """A directed relationship between two Key Events, all by AOP-Wiki number."""

    number: int
    upstream: int
    downstream: int


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name; `scope` is OBO's EXACT, BROAD, NARROW or RELATED."""

    scope: str
    text: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A term that the source attached to a target; `kind` names the vocabulary."""

    kind: str
    identifier: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A pathway or term; `identifier` is a CURIE, `genes` holds symbols or `entrez:NUMBER`.

    Without a title the record only completes a target that another file or the catalog names.
    `obsolete` says that the source itself withdrew it, perhaps in favour of `replaced_by`.
    """

    resource: str
    identifier: str
    title: str | None = None
    description: str | None = None
    species: str | None = None
    version: str | None = None
    replaced_by: str | None = None
    obsolete: bool = False
    genes: tuple[str, ...] | None = None
    synonyms: tuple[Synonym, ...] | None = None
    parents: tuple[str, ...] | None = None
    annotations: tuple[Annotation, ...] | None = None


@dataclass(frozen=True, slots=True)
class GeneRecord:
    """One row of an identifier table: Entrez number, symbol, Ensembl id; each may be empty.

    `name` is the symbol in words; `aliases` are other symbols and names, parted by `|`.
    `if_unknown`: whether it counts only where neither the catalog nor a table knows the number.
    """

    entrez: str = ""
    symbol: str = ""
    ensembl: str = ""
    name: str = ""
    aliases: str = ""
    if_unknown: bool = False

    def completed_by(self, other: GeneRecord) -> GeneRecord:
        """With what another input says of the same gene where this one is silent."""
        if self.symbol != other.symbol:
            return self
        return replace(
            self,
            ensembl=self.ensembl or other.ensembl,
            name=self.name or other.name,
            aliases=self.aliases or other.aliases,
        )


Record = (
    Version
    | Remark
    | Note
    | KeyEventRecord
    | AopRecord
    | RelationshipRecord
    | TargetRecord
    | GeneRecord
)
