"""Sizes and spans of time in words, as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

_SPANS = (("d", 86400), ("h", 3600), ("min", 60))
_SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def span(length: timedelta, units: int = 2) -> str:
    """A length of time in its largest units: `3 d 4 h`, `12 min`, `under a minute`."""
    seconds = max(0, int(length.total_seconds()))
    parts: list[tuple[int, str]] = []
    for unit, unit_seconds in _SPANS:
        count, seconds = divmod(seconds, unit_seconds)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:units] if count) or "under a minute"


def age(at: datetime, now: datetime) -> str:
    """How long ago, roughly: `3 h ago`, `just now`."""
    passed = now - at
    return f"{span(passed, units=1)} ago" if passed >= timedelta(minutes=1) else "just now"


def size(count: int) -> str:
    """Bytes in decimal units: `5.2 MB`."""
    for unit, factor in _SIZES:
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count} bytes"
