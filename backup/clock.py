"""Times as they are written down: UTC, ISO 8601 with `Z`, to the millisecond; and log lines."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now, aware, in UTC, in whole milliseconds as it will be read back."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """`moment` as text, such as `2026-03-01T02:00:00.123Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The moment that `iso` wrote; raises `ValueError` for anything without a time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def to_the_second(moment: datetime) -> str:
    """`moment` for people: `2026-03-01 02:00:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def say(text: str) -> None:
    """One line for the log, at once: supervisor keeps what is printed.

    A JSON object where supervision has set `LOG_FORMAT` to `json`.
    """
    if os.environ.get("LOG_FORMAT") == "json":
        print(json.dumps({"time": iso(utc_now()), "message": text}, ensure_ascii=False), flush=True)
    else:
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)
