"""The last lines of a log file, fit to be shown to an administrator.

Left out are answers that only say that all is well: to health checks and monitors, to the
operator's page asking for its parts, and files of ours that every page loads. Lines are as
`supervision` writes them, readable or as JSON objects.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

TAIL_BYTES = 64 * 1024
"""So much of the end of a file is looked at."""

_ROUTINE = re.compile(
    r'[\s"]/(?:health|metrics|operator/parts|static)\b.*(?:" (?:200|304) |"status": (?:200|304)\b)'
)
_PREFIX = re.compile(r"^(?:\d{4}-\d\d-\d\dT[\d:.]+Z |\[[^]]*\] \[\d+\] (?:\[INFO\] )?)")
_REQUEST = re.compile(r'^\S+ "[A-Z]+ [^"]*" \d{3} ')
_UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of the file, oldest first; none where it cannot be read."""
    lines = [line for line in _tail(log) if line.strip() and not _ROUTINE.search(line)]
    return lines[-count:]


def last_words(log: Path) -> str:
    """What a program last said of itself: no request, and without the time and the process."""
    messages = (_message(line) for line in reversed(last_lines(log, count=1000)))
    return next((message for message in messages if not _REQUEST.match(message)), "")


def _message(line: str) -> str:
    if line.startswith("{"):
        try:
            return str(json.loads(line)["message"])
        except (ValueError, KeyError, TypeError):
            return line
    return _PREFIX.sub("", line)


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            begin = max(0, size - TAIL_BYTES)
            file.seek(begin)
            data = file.read()
    except OSError:
        return []
    lines = _UNPRINTABLE.sub("", data.decode("utf-8", "replace")).splitlines()
    return lines[1:] if begin else lines
