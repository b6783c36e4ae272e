"""Which gene is meant: gives genes that come as Entrez numbers their symbols.

One number has one symbol, by the first input that says so, else by the catalog. One symbol has one
number: the one that the catalog knows, else the lowest. Identifier tables list further numbers
(read-through loci, alternative haplotypes) under the same symbol; those are kept by number, so that
importing a source again gives the same genes whatever is imported beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import (
    Connection,
    String,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union,
    union_all,
    update,
)

from webapp.catalog import staging as s
from webapp.catalog.sources import records as r

_TOLD = ("ensembl", "name", "aliases")
"""What a table may say of a gene beside number and symbol."""


def resolve_genes(connection: Connection, given: Mapping[str, r.GeneRecord]) -> Iterator[r.Remark]:
    """Replace staged numbers by symbols and stage every gene that is used; yields the unknown.

    `given` holds what the inputs say, by number.
    """
    shared = _decide(connection, given)
    genes, entrez = s.GENES.main, s.ENTREZ
    of_targets, of_events = s.TARGET_GENES.stage, s.KEY_EVENT_GENES.stage
    for stage in (of_targets, of_events):
        connection.execute(
            update(stage)
            .where(stage.c.symbol == literal(r.ENTREZ_PREFIX) + entrez.c.entrez)
            .values(symbol=entrez.c.symbol)
        )
    event = literal("Key Event ") + cast(of_events.c.key_event, String)
    held = union_all(
        select(of_targets.c.symbol, of_targets.c.target.label("holder")),
        select(of_events.c.symbol, event).distinct(),
    ).subquery()
    unknown = connection.execute(
        select(held.c.symbol, func.min(held.c.holder), func.count())
        .where(held.c.symbol.startswith(r.ENTREZ_PREFIX))
        .group_by(held.c.symbol)
        .order_by(held.c.symbol)
    )
    for symbol, first, count in unknown.all():
        others = f" and {count - 1} more" if count > 1 else ""
        holder = shared.get(symbol.removeprefix(r.ENTREZ_PREFIX))
        why = f"The symbol {holder} has another number than" if holder else "No symbol is known for"
        yield r.Remark(
            r.GENE, None, f"{why} {symbol}, a gene of {first}{others}; kept by its number."
        )
    connection.execute(
        insert(s.RENAMED_GENES).from_select(
            ["id", "symbol"],
            select(genes.c.id, entrez.c.symbol).where(
                genes.c.symbol == literal(r.ENTREZ_PREFIX) + entrez.c.entrez
            ),
        )
    )
    _stage(connection)


def inherit(connection: Connection) -> None:
    """Let a symbol that is new take over the row of its gene that was known by number.

    What is left in `RENAMED_GENES` are rows whose symbol has a row of its own already.
    """
    stage, genes, renamed, keys = s.GENES.stage, s.GENES.main, s.RENAMED_GENES, s.GENES.keys
    heirs = select(renamed.c.symbol, renamed.c.id).where(
        not_(exists().where(genes.c.symbol == renamed.c.symbol))
    )
    connection.execute(insert(keys).from_select(["key", "id"], heirs))
    connection.execute(update(stage).where(stage.c.symbol == keys.c.key).values(id=keys.c.id))
    connection.execute(delete(renamed).where(renamed.c.id.in_(select(keys.c.id))))


def _decide(connection: Connection, given: Mapping[str, r.GeneRecord]) -> dict[str, str]:
    """Fill `ENTREZ` and `UNNUMBERED`; returns the numbers that lost, with the symbol they share."""
    genes = s.GENES.main
    rows = connection.execute(
        select(
            genes.c.entrez, genes.c.symbol, genes.c.ensembl, genes.c.name, genes.c.aliases
        ).where(genes.c.entrez.is_not(None), not_(genes.c.symbol.startswith(r.ENTREZ_PREFIX)))
    ).all()
    known = {
        row.entrez: r.GeneRecord(
            row.entrez, row.symbol, row.ensembl or "", row.name or "", row.aliases or ""
        )
        for row in rows
    }
    doubtful = {entrez: gene for entrez, gene in given.items() if gene.if_unknown}
    firm = {entrez: gene for entrez, gene in given.items() if not gene.if_unknown}
    said = {**doubtful, **known, **firm}
    numbers: dict[str, list[str]] = defaultdict(list)
    for entrez, gene in said.items():
        numbers[gene.symbol].append(entrez)
    kept = {
        gene.symbol: entrez for entrez, gene in known.items() if said[entrez].symbol == gene.symbol
    }
    chosen = {symbol: kept.get(symbol) or min(found, key=int) for symbol, found in numbers.items()}
    decided = [
        {"entrez": entrez, "symbol": symbol}
        | {column: getattr(said[entrez], column) for column in _TOLD}
        for symbol, entrez in chosen.items()
    ]
    if decided:
        connection.execute(insert(s.ENTREZ), decided)
    # A symbol that the inputs replace by another one loses its number to it.
    replaced = [
        {"symbol": gene.symbol}
        for entrez, gene in known.items()
        if said[entrez].symbol != gene.symbol
    ]
    if replaced:
        connection.execute(insert(s.UNNUMBERED), replaced)
    return {e: gene.symbol for e, gene in said.items() if chosen[gene.symbol] != e}


def _stage(connection: Connection) -> None:
    staged, genes, entrez = s.GENES.stage, s.GENES.main, s.ENTREZ
    completed = select(genes.c.symbol).where(
        exists().where(
            entrez.c.symbol == genes.c.symbol,
            or_(
                genes.c.entrez.is_(None),
                *(and_(genes.c[column].is_(None), entrez.c[column] != "") for column in _TOLD),
            ),
        )
    )
    symbols = union(
        select(s.TARGET_GENES.stage.c.symbol),
        select(s.KEY_EVENT_GENES.stage.c.symbol),
        select(s.RENAMED_GENES.c.symbol),
        select(s.UNNUMBERED.c.symbol),
        completed,
    ).subquery()
    number = case(
        (
            symbols.c.symbol.startswith(r.ENTREZ_PREFIX),
            func.substr(symbols.c.symbol, len(r.ENTREZ_PREFIX) + 1),
        ),
        # Empty, not NULL: the source says there is none (any more).
        (symbols.c.symbol.in_(select(s.UNNUMBERED.c.symbol)), func.coalesce(entrez.c.entrez, "")),
        else_=entrez.c.entrez,
    )
    connection.execute(
        insert(staged).from_select(
            ["symbol", "entrez", *_TOLD, "state", "named"],
            select(
                symbols.c.symbol,
                number,
                *(func.nullif(entrez.c[column], "") for column in _TOLD),
                literal(s.UNCHANGED),
                literal(True),
            ).select_from(symbols.outerjoin(entrez, entrez.c.symbol == symbols.c.symbol)),
        )
    )
