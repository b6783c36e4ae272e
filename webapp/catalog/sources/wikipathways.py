"""WikiPathways' GMT of one species: titles, identifiers and Entrez numbers.

Column 1 is `TITLE%WikiPathways_YYYYMMDD%WPID%SPECIES`. Column 2 is the page's address,
`…/instance/WPID_rREVISION` until 2022 and `…/instance/WPID` today. Pathways without an Entrez
gene are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources import gmt
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.text import clean_title

_NAME = re.compile(r"(.+)%WikiPathways_(\d{4})(\d\d)(\d\d)%(WP\d+)%(.+)")
_ADDRESS = re.compile(r"https?://\S+/(WP\d+)(?:_(r\d+))?/?")
_LOOKS = re.compile(rb"[^\t\n]+%WikiPathways_\d{8}%WP\d+%")


def looks_like(head: bytes) -> bool:
    """Whether these first bytes are a WikiPathways GMT."""
    return _LOOKS.match(head) is not None


def curie(identifier: str) -> str:
    """`WP254` → `wikipathways:WP254`."""
    return f"wikipathways:{identifier}"


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield each pathway with its title and Entrez genes.

    Raises `SourceError` for another layout, another species, or a gene that is no Entrez number.
    """
    seen: set[str] = set()
    for line, name, address, genes in gmt.sets(path, tick):
        found = _NAME.fullmatch(name)
        if found is None:
            raise SourceError(
                path, line, "does not begin with TITLE%WikiPathways_YYYYMMDD%WPID%SPECIES."
            )
        title, year, month, day, identifier, species = found.groups()
        if species != r.HUMAN:
            raise SourceError(
                path, line, f"{identifier} is of {species}; only the {r.HUMAN} file fits."
            )
        if not seen:
            yield r.Version(f"{year}-{month}-{day}")
        page = _ADDRESS.fullmatch(address)
        if page is not None and page[1] != identifier:
            raise SourceError(path, line, f"names {identifier} but links to {page[1]}.")
        wrong = next((gene for gene in genes if not gene.isdigit()), None)
        if wrong is not None:
            raise SourceError(path, line, f"the gene {wrong!r} is no Entrez number.")
        if identifier in seen:
            yield r.Remark(r.WIKIPATHWAYS, line, f"{identifier} is listed twice; the first counts.")
            continue
        seen.add(identifier)
        yield r.TargetRecord(
            resource=r.WIKIPATHWAYS,
            identifier=curie(identifier),
            title=clean_title(title),
            species=species,
            version=page[2] if page is not None else None,
            genes=tuple(r.ENTREZ_PREFIX + gene for gene in genes),
        )
