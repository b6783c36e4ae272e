"""Query parameters that many lists share; imports nothing of ours."""

from __future__ import annotations

from collections.abc import Container

from flask import request


def page_number() -> int:
    """The page asked for, from 1; anything else means the first."""
    return max(request.args.get("page", 1, type=int), 1)


def choice(name: str, allowed: Container[str]) -> str:
    """A query parameter that is one of a few words, else an empty text."""
    value = request.args.get(name, "")
    return value if value in allowed else ""
