"""Temporary tables that take an import's records, before the catalog itself is touched.

They belong to one connection and vanish with it, so that a broken or killed import leaves nothing
behind, and filling them takes no lock that a curator could notice. `ENTITIES` and `LINKS` describe
how each table relates to the catalog's; `resolve`, `compare` and `merge` work from that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table

from webapp.catalog import models as m
from webapp.catalog.sources import records as r
from webapp.database import Base

NEW, CHANGED, RETURNED, UNCHANGED = "new", "changed", "returned", "unchanged"

tables = MetaData()


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return Table(name, tables, *columns, prefixes=["TEMPORARY"])


def _catalog(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@dataclass(frozen=True)
class Entity:
    """A catalog table whose rows have an identity: `key` upstream, `id` with us.

    `columns` are copied and compared. The staged table has besides: `id`, `state`, `file_no` (which
    input names it), `release_id`, and `named`: false where the input only completes what another
    one, or the catalog, names.
    """

    kind: str
    main: Table
    stage: Table
    key: str
    columns: tuple[str, ...]
    rekeyed: bool = False
    """Whether a row may get another key: a gene that gets its symbol."""

    @property
    def keys(self) -> Table:
        """Temporary table of every key, old and new, with its id."""
        return tables.tables[f"keys_{self.kind}"]

    @property
    def retired(self) -> Table:
        """Temporary table of the ids to retire."""
        return tables.tables[f"retired_{self.kind}"]


@dataclass(frozen=True)
class Reference:
    """A column of a link that points to an entity; `staged` holds that entity's key."""

    column: str
    staged: str
    entity: Entity


@dataclass(frozen=True)
class Link:
    """Rows that belong to an owner and are replaced as a set, where the input speaks of the set.

    `said` is the owner's staged column that is true where it does. `unique` tells rows apart.
    """

    main: Table
    stage: Table
    owner: Reference
    said: str
    unique: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The catalog table's columns, without a surrogate id."""
        return (self.owner.column, *(ref.column for ref in self.references), *self.values)

    @property
    def resolved(self) -> Table:
        """Temporary table: the staged rows by id."""
        return tables.tables[f"resolved_{self.main.name}"]

    @property
    def added(self) -> Table:
        """Temporary table: rows to insert."""
        return tables.tables[f"added_{self.main.name}"]

    @property
    def dropped(self) -> Table:
        """Temporary table: rows to delete."""
        return tables.tables[f"dropped_{self.main.name}"]


def _entity(
    kind: str,
    model: type[Base],
    key: Column[Any],
    columns: tuple[str, ...],
    *more: Column[Any],
    rekeyed: bool = False,
) -> Entity:
    main = _catalog(model)
    stage = _temporary(
        f"stage_{kind}",
        key,
        *(Column(name, main.c[name].type, nullable=True) for name in columns),
        *(Column("curie", String) for _ in range("curie" in main.c)),
        Column("id", Integer, index=True),
        Column("state", String, nullable=False, default=UNCHANGED),
        Column("file_no", Integer),
        Column("release_id", Integer),
        Column("named", Boolean, nullable=False, default=True),
        *more,
    )
    _temporary(
        f"keys_{kind}",
        Column("key", key.type, primary_key=True),
        Column("id", Integer, nullable=False),
    )
    _temporary(f"retired_{kind}", Column("id", Integer, primary_key=True))
    return Entity(kind, main, stage, key.name, columns, rekeyed)


def _said(*names: str) -> tuple[Column[Any], ...]:
    return tuple(Column(name, Boolean, nullable=False, default=False) for name in names)


def _number() -> Column[Any]:
    return Column("number", Integer, primary_key=True, autoincrement=False)


GENES = _entity(
    r.GENE,
    m.Gene,
    Column("symbol", String, primary_key=True),
    ("entrez", "ensembl", "name", "aliases"),
    rekeyed=True,
)
KEY_EVENTS = _entity(
    r.KEY_EVENT,
    m.KeyEvent,
    _number(),
    ("title", "short_title", "level", "description", "organ_term", "cell_term"),
    *_said("components_said", "genes_said"),
)
AOPS = _entity(
    r.AOP,
    m.Aop,
    _number(),
    ("title", "short_title", "description", "status"),
    *_said("events_said", "relationships_said"),
)
RELATIONSHIPS = _entity(
    r.RELATIONSHIP,
    m.KeyEventRelationship,
    _number(),
    ("upstream_id", "downstream_id"),
    Column("upstream", Integer),
    Column("downstream", Integer),
)
TARGETS = _entity(
    "target",
    m.Target,
    Column("identifier", String, primary_key=True),
    ("resource", "title", "description", "species", "version", "replaced_by"),
    Column("obsolete", Boolean, nullable=False, default=False),
    *_said("genes_said", "synonyms_said", "parents_said", "annotations_said"),
)
ENTITIES = (GENES, KEY_EVENTS, AOPS, RELATIONSHIPS, TARGETS)
"""In the order in which their rows can be inserted."""


def _link(
    model: type[Base],
    owner: Reference,
    said: str,
    unique: tuple[str, ...],
    references: tuple[Reference, ...] = (),
    values: tuple[str, ...] = (),
) -> Link:
    main = _catalog(model)
    staged = (owner, *references)
    stage = _temporary(
        f"stage_{main.name}",
        *(Column(ref.staged, ref.entity.stage.c[ref.entity.key].type) for ref in staged),
        *(Column(name, main.c[name].type) for name in values),
    )
    for prefix in ("resolved", "added", "dropped"):
        _temporary(
            f"{prefix}_{main.name}",
            *(Column(ref.column, Integer) for ref in staged),
            *(Column(name, main.c[name].type) for name in values),
        )
    return Link(main, stage, owner, said, unique, references, values)


_of_target = Reference("target_id", "target", TARGETS)

TARGET_GENES = _link(
    m.TargetGene,
    _of_target,
    "genes_said",
    ("target_id", "gene_id"),
    references=(Reference("gene_id", "symbol", GENES),),
)
_of_key_event = Reference("key_event_id", "key_event", KEY_EVENTS)

KEY_EVENT_GENES = _link(
    m.KeyEventGene,
    _of_key_event,
    "genes_said",
    ("key_event_id", "gene_id", "method"),
    references=(Reference("gene_id", "symbol", GENES),),
    values=("method",),
)
COMPONENTS = _link(
    m.EventComponent,
    _of_key_event,
    "components_said",
    ("key_event_id", "position"),
    values=("position", *r.Component.__dataclass_fields__),
)
AOP_EVENTS = _link(
    m.AopKeyEvent,
    Reference("aop_id", "aop", AOPS),
    "events_said",
    ("aop_id", "key_event_id"),
    references=(Reference("key_event_id", "key_event", KEY_EVENTS),),
    values=("role",),
)
AOP_RELATIONSHIPS = _link(
    m.AopRelationship,
    Reference("aop_id", "aop", AOPS),
    "relationships_said",
    ("aop_id", "relationship_id"),
    references=(Reference("relationship_id", "relationship", RELATIONSHIPS),),
    values=("adjacency", "evidence", "quantitative_understanding"),
)
SYNONYMS = _link(
    m.TargetSynonym,
    _of_target,
    "synonyms_said",
    ("target_id", "scope", "text"),
    values=("scope", "text"),
)
PARENTS = _link(
    m.TargetParent,
    _of_target,
    "parents_said",
    ("target_id", "parent_id"),
    references=(Reference("parent_id", "parent", TARGETS),),
)
ANNOTATIONS = _link(
    m.TargetAnnotation,
    _of_target,
    "annotations_said",
    ("target_id", "kind", "identifier"),
    values=("kind", "identifier", "label"),
)
LINKS = (
    COMPONENTS,
    AOP_EVENTS,
    AOP_RELATIONSHIPS,
    TARGET_GENES,
    KEY_EVENT_GENES,
    SYNONYMS,
    PARENTS,
    ANNOTATIONS,
)

ENTREZ = _temporary(
    "stage_entrez",
    Column("entrez", String, primary_key=True),
    Column("symbol", String, nullable=False, unique=True),
    Column("ensembl", String, nullable=False),
    Column("name", String, nullable=False),
    Column("aliases", String, nullable=False),
)
"""Entrez number and symbol, one to one, as `genes` decided."""

UNNUMBERED = _temporary("unnumbered_gene", Column("symbol", String, primary_key=True))
"""Symbols of the catalog whose number has another symbol now."""

RENAMED_GENES = _temporary(
    "renamed_gene",
    Column("id", Integer, primary_key=True),
    Column("symbol", String, nullable=False),
)
"""Genes of the catalog that were known by number only, with the symbol that is known now."""


def create(connection: Connection) -> None:
    """Create all temporary tables on this connection."""
    tables.create_all(connection, checkfirst=False)
