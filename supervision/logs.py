"""Log lines: readable, or one JSON object each where `LOG_FORMAT=json`.

Used by gunicorn.conf.py for the web server, by the launcher, and by the program `logs` for what the
other programs print. Imports gunicorn only where the web server asks for its logger.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime

FORMAT = "LOG_FORMAT"
"""The environment variable that the launcher sets for all programs: `text` or `json`."""


def as_json() -> bool:
    """Whether lines are JSON objects."""
    return os.environ.get(FORMAT) == "json"


def utc_now() -> str:
    """The time now as it stands in log lines: UTC, ISO 8601 with `Z`, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(program: str, line: bytes) -> bytes:
    """A line of `program` as everybody's common output shows it, without its end.

    With JSON an object gets the program's name, and any other text becomes the message of one.
    """
    if not as_json():
        return f"{program} | ".encode() + line
    fields: object = None
    if line.startswith(b"{"):
        with suppress(ValueError):  # a text may begin with a brace as well
            fields = json.loads(line)
    if not isinstance(fields, dict):
        fields = {"time": utc_now(), "message": line.decode(errors="replace")}
    return json.dumps({"program": program, **fields}, ensure_ascii=False).encode()


class JsonFormatter(logging.Formatter):
    """A record as one JSON object: time, level, logger, process, message, and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The object as text."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)
