"""The last lines of a log file, fit to be shown to an administrator.

Left out are answers that only say that all is well: to health checks and monitors, to the
operator's page asking for its parts, and files of ours that every page loads. Lines are as
`supervision` writes them, readable or as JSON objects.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

TAIL_BYTES = 4 * 1024 * 1024
"""So much of the end of a file is looked at, at most: a day and a half of health checks."""

BLOCK_BYTES = 64 * 1024
"""So much of it at once, from the end, until there are lines enough."""

_ROUTINE = re.compile(
    r'[\s"]/(?:health|metrics|operator/parts|static)\b.*(?:" (?:200|304) |"status": (?:200|304)\b)'
)
_PREFIX = re.compile(r"^(?:\d{4}-\d\d-\d\dT[\d:.]+Z |\[[^]]*\] \[\d+\] (?:\[INFO\] )?)")
_REQUEST = re.compile(r'^\S+ "[A-Z]+ [^"]*" \d{3} ')
_UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of the file, oldest first; none where it cannot be read."""
    return list(islice(_telling(log), count))[::-1]


def last_words(log: Path) -> str:
    """What a program last said of itself: no request, and without the time and the process."""
    messages = (_message(line) for line in _telling(log))
    return next((message for message in messages if not _REQUEST.match(message)), "")


def _telling(log: Path) -> Iterator[str]:
    """Lines that are no routine, newest first."""
    return (line for line in _backwards(log) if line.strip() and not _ROUTINE.search(line))


def _message(line: str) -> str:
    if line.startswith("{"):
        try:
            return str(json.loads(line)["message"])
        except (ValueError, KeyError, TypeError):
            return line
    return _PREFIX.sub("", line)


def _backwards(log: Path) -> Iterator[str]:
    """Whole lines of the end of the file, newest first; none where it cannot be read."""
    rest = b""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            first = max(0, end - TAIL_BYTES)
            while end > first:
                begin = max(first, end - BLOCK_BYTES)
                file.seek(begin)
                rest, *lines = (file.read(end - begin) + rest).split(b"\n")
                yield from map(_text, reversed(lines))
                end = begin
    except OSError:
        return
    if first == 0:
        yield _text(rest)


def _text(line: bytes) -> str:
    return _UNPRINTABLE.sub("", line.decode("utf-8", "replace"))
