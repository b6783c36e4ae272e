"""The files of one import: which file, in which format, and what was read from it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from webapp.catalog.sources.registry import Format, recognise

_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)(?:-?([0-3]\d))?(?!\d)")


@dataclass
class InputFile:
    """A recognised file.

    `version` is the date in its name or what the caller knows, until the file states one itself;
    `records` and `kinds` say what was read from it.
    """

    path: Path
    format: Format
    version: str = ""
    records: int = 0
    kinds: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Bytes on disk, of a folder those of all its files."""
        if self.path.is_file():
            return self.path.stat().st_size
        return sum(
            Path(folder, name).stat().st_size
            for folder, _subfolders, names in os.walk(self.path)
            for name in names
        )


def open_input(source: str, path: Path, version: str = "") -> InputFile:
    """Recognise a file; raises `SourceError` where it is none of that source."""
    if not version and (dated := _DATE_IN_NAME.search(path.name)) is not None:
        version = "-".join(part for part in dated.groups() if part)
    return InputFile(path, recognise(source, path), version)
