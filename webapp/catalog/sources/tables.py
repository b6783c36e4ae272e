"""Tab-separated tables: rows of a known width, and tables with a header row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from webapp.catalog.sources.files import SourceError, Tick, no_tick, text_lines

MAX_DIGITS = 15
"""Longer numbers fit no database column; the longest real one has seven digits."""


def rows(path: Path, width: int, tick: Tick = no_tick) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not empty.

    Raises `SourceError` at the first row that does not have `width` cells.
    """
    for line, text in text_lines(path, tick):
        if not text.strip():
            continue
        cells = text.split("\t")
        if len(cells) != width:
            raise SourceError(
                path, line, f"has {len(cells)} columns; expected {width}, separated by tabs."
            )
        yield line, cells


def headed_rows(
    path: Path, columns: Sequence[str], tick: Tick = no_tick
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by column name; the header must hold at least `columns`.

    Raises `SourceError` for a missing column or a row that is wider or narrower than the header.
    """
    header: list[str] = []
    for line, text in text_lines(path, tick):
        cells = text.split("\t")
        if not header:
            header = [cell.strip() for cell in cells]
            missing = [name for name in columns if name not in header]
            if missing:
                raise SourceError(path, line, f"the header lacks {', '.join(missing)}.")
            continue
        if not text.strip():
            continue
        if len(cells) != len(header):
            raise SourceError(
                path, line, f"has {len(cells)} columns; the header has {len(header)}."
            )
        yield line, dict(zip(header, cells, strict=True))


def number(path: Path, line: int, text: str, what: str) -> int:
    """Read a whole number; raises `SourceError` that says `what` is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise SourceError(path, line, f"{what} is {text[:40]!r}; expected a number.")
    return int(text)
