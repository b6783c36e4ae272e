"""Identifier tables of genes: Entrez number, HGNC symbol, Ensembl id and names, with a header row.

Columns are known by the names that HGNC, Ensembl's BioMart and WikiPathways give them; other
columns are ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.tables import headed_rows

ENTREZ = ("entrez", "entrez_id", "entrezgene_id", "ncbi_gene_id")
SYMBOL = ("symbol", "hgnc_symbol")
ENSEMBL = ("ensembl", "ensembl_gene_id")
NAME = ("name", "description", "full_name")
ALIASES = ("alias_symbol", "prev_symbol", "alias_name", "prev_name", "synonyms")
"""Each may hold several, parted by `|`, as in HGNC's own table."""

_SOURCE = re.compile(r"\s*\[Source:[^]]*\]\s*$")


def looks_like(head: bytes) -> bool:
    """Whether the first line is a header that has an Entrez and a symbol column."""
    header = head.split(b"\n", 1)[0].decode("utf-8", errors="replace").lstrip("\ufeff")
    names = {name.strip() for name in header.split("\t")}
    return bool(names.intersection(ENTREZ)) and bool(names.intersection(SYMBOL))


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield one row for each Entrez number that has a symbol.

    Tables list a number under several symbols where genes overlap; the symbol with the fewest
    numbers is then the gene's own. Raises `SourceError` for an Entrez number that is none.
    """
    rows: dict[str, dict[str, r.GeneRecord]] = {}
    uses: Counter[str] = Counter()
    for line, cells in headed_rows(path, (), tick):
        entrez, symbol, ensembl, name = (
            _first(cells, names) for names in (ENTREZ, SYMBOL, ENSEMBL, NAME)
        )
        if not entrez or not symbol:
            continue
        if not (entrez.isascii() and entrez.isdigit()):
            raise SourceError(path, line, f"the Entrez number {entrez!r} is none.")
        named = rows.setdefault(entrez, {})
        if symbol not in named:
            named[symbol] = r.GeneRecord(
                entrez, symbol, ensembl, _SOURCE.sub("", name), _aliases(cells)
            )
            uses[symbol] += 1
    for named in rows.values():
        yield min(named.values(), key=lambda gene: uses[gene.symbol])


def _aliases(cells: dict[str, str]) -> str:
    """All other symbols and names, parted by `|`."""
    found = (part.strip() for name in ALIASES for part in cells.get(name, "").split("|"))
    return "|".join(dict.fromkeys(part.strip('"') for part in found if part not in {"", "-"}))


def _first(row: dict[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if found := row.get(name, "").strip():
            return found
    return ""
