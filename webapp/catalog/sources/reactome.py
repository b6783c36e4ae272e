"""Reactome's GMT (`ReactomePathways.gmt`, official as a zip): name, stable id, gene symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources import gmt
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.text import clean_title

_STABLE_ID = re.compile(r"R-([A-Z]{3})-\d+")
_LOOKS = re.compile(rb"[^\t\n]+\tR-[A-Z]{3}-\d+[\t\r\n]")


def looks_like(head: bytes) -> bool:
    """Whether these first bytes are a Reactome GMT."""
    return _LOOKS.match(head) is not None


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield each pathway with its genes.

    Raises `SourceError` for a line without a stable id, or one of another species than human.
    """
    seen: set[str] = set()
    for line, name, identifier, genes in gmt.sets(path, tick):
        found = _STABLE_ID.fullmatch(identifier)
        if found is None:
            raise SourceError(path, line, f"{identifier[:40]!r} stands where R-HSA-NUMBER belongs.")
        if found[1] != "HSA":
            raise SourceError(path, line, f"{identifier} is not human; only R-HSA pathways fit.")
        if identifier in seen:
            yield r.Remark(r.REACTOME, line, f"{identifier} is listed twice; the first counts.")
            continue
        seen.add(identifier)
        yield r.TargetRecord(
            resource=r.REACTOME,
            identifier=f"reactome:{identifier}",
            title=clean_title(name),
            species=r.HUMAN,
            genes=genes,
        )
