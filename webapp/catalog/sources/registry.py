"""Every format the catalog reads, and how a file is recognised by its content.

A new resource is one module beside this one and one entry here. Order matters within a source:
where two files describe the same thing, the earlier format decides and the later one completes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from webapp.catalog.sources import (
    aopwiki,
    aopwiki_genes,
    aopwiki_tables,
    gene_ontology,
    genes,
    reactome,
    starter,
    wikipathways,
    wikipathways_archive,
)
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, head


@dataclass(frozen=True)
class Scope:
    """What a format lists completely, so that what it lacks has vanished upstream.

    `only_with_genes`: a GMT cannot list a pathway without genes, so says nothing about those.
    """

    kind: str
    only_with_genes: bool = False


@dataclass(frozen=True)
class Format:
    """One layout of one source; `source` is also the name of the command-line option."""

    source: str
    name: str
    licence: str
    read: Callable[[Path, Tick], Iterator[r.Record]]
    matches: Callable[[bytes], bool] | None = None
    matches_folder: Callable[[Path], bool] | None = None
    complete: tuple[Scope, ...] = ()
    passes: int = 1
    """How often the file is read from beginning to end; for the progress bar."""
    lines: bool = True
    """Whether it is a text of lines, of which the last one has an end too."""


_AOPWIKI_LICENCE = "CC BY-SA 4.0"

FORMATS: tuple[Format, ...] = (
    Format(
        "starter",
        "starter catalog",
        "facts from AOP-Wiki (CC BY-SA 4.0) and WikiPathways (CC0 1.0)",
        starter.read,
        matches_folder=starter.looks_like_folder,
        lines=False,
    ),
    Format(
        "aopwiki",
        "AOP-Wiki XML",
        _AOPWIKI_LICENCE,
        aopwiki.read,
        aopwiki.looks_like,
        complete=(Scope(r.KEY_EVENT), Scope(r.AOP), Scope(r.RELATIONSHIP)),
        passes=2,
        lines=False,
    ),
    Format(
        "aopwiki",
        "AOP-Wiki table of events and roles",
        _AOPWIKI_LICENCE,
        aopwiki_tables.read_events,
        aopwiki_tables.looks_like_events,
    ),
    Format(
        "aopwiki",
        "AOP-Wiki table of relationships",
        _AOPWIKI_LICENCE,
        aopwiki_tables.read_relationships,
        aopwiki_tables.looks_like_relationships,
    ),
    Format(
        "aopwiki",
        "AOP-Wiki table of event components",
        _AOPWIKI_LICENCE,
        aopwiki_tables.read_components,
        aopwiki_tables.looks_like_components,
    ),
    Format(
        "wikipathways",
        "WikiPathways GMT",
        "CC0 1.0",
        wikipathways.read,
        wikipathways.looks_like,
        complete=(Scope(r.WIKIPATHWAYS, only_with_genes=True),),
    ),
    Format(
        "wikipathways",
        "wikipathways-database",
        "CC0 1.0",
        wikipathways_archive.read,
        wikipathways_archive.looks_like,
        wikipathways_archive.looks_like_folder,
        complete=(Scope(r.WIKIPATHWAYS),),
        lines=False,
    ),
    Format(
        "go",
        "GO OBO",
        "CC BY 4.0",
        gene_ontology.read_obo,
        gene_ontology.looks_like_obo,
        complete=(Scope(r.GO_BP),),
    ),
    Format("go", "GO GMT", "CC BY 4.0", gene_ontology.read_gmt, gene_ontology.looks_like_gmt),
    Format(
        "reactome",
        "Reactome GMT",
        "CC0 1.0",
        reactome.read,
        reactome.looks_like,
        complete=(Scope(r.REACTOME, only_with_genes=True),),
    ),
    Format("genes", "gene identifier table", "", genes.read, genes.looks_like),
    Format(
        "key-event-genes",
        "AOP-Wiki RDF of genes",
        _AOPWIKI_LICENCE,
        aopwiki_genes.read,
        aopwiki_genes.looks_like,
    ),
)


def recognise(source: str, path: Path) -> Format:
    """The format of a file that was given for `source`.

    Raises `SourceError` that says what the file looks like instead.
    """
    if not path.exists():
        raise SourceError(path, None, "does not exist.")
    if path.is_dir():
        found = [f for f in FORMATS if f.matches_folder is not None and f.matches_folder(path)]
        what = "a folder that holds no checkout of the wikipathways-database"
    else:
        start = head(path)
        if not start.strip():
            raise SourceError(path, None, "is empty.")
        found = [f for f in FORMATS if f.matches is not None and f.matches(start)]
        what = "an HTML page, perhaps an error page" if _is_html(start) else "of an unknown layout"
    for known in found:
        if known.source == source:
            return known
    if found:
        raise SourceError(
            path, 1, f"is {found[0].name}: give it with --{found[0].source}, not --{source}."
        )
    expected = " or ".join(f.name for f in FORMATS if f.source == source)
    raise SourceError(path, 1, f"is {what}; expected {expected}.")


def _is_html(start: bytes) -> bool:
    return (
        start.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower().startswith((b"<!doctype html", b"<html"))
    )
