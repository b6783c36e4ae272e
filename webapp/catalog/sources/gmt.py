"""The GMT layout that several sources share: name, description, genes; separated by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources.files import SourceError, Tick, no_tick, text_lines


def sets(path: Path, tick: Tick = no_tick) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """Line number, first column, second column and the genes (each once, in the file's order).

    Raises `SourceError` for a line without two columns, and for a file that ends within a line:
    all sources end the last one, and a download that was cut off would retire what it lacks.
    """
    for line, text in text_lines(path, tick, ends_with_a_line=True):
        if not text.strip():
            continue
        name, *rest = text.split("\t")
        if not rest or not name.strip():
            raise SourceError(
                path,
                line,
                "is no GMT line: expected a name, a description and genes, separated by tabs.",
            )
        genes = dict.fromkeys(gene for cell in rest[1:] if (gene := cell.strip()))
        yield line, name.strip(), rest[0].strip(), tuple(genes)
