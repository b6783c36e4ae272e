"""Filters that templates and macros need for texts and lists. Imports nothing of the rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup


def paragraphs(text: str, marks: Callable[[str], str | Markup] | None = None) -> Markup:
    """Plain text as paragraphs: blank lines part them, everything is escaped.

    `marks` gives the markup of a paragraph; what it leaves plain is escaped.
    """
    parts = (part.strip() for part in text.split("\n\n"))
    return Markup("").join(
        Markup("<p>{}</p>").format(marks(part) if marks else part) for part in parts if part
    )


LONG = 700
"""Characters of a text that are shown at once; the rest is one click away."""


def split_long(text: str) -> tuple[str, str]:
    """The beginning of a text and what follows it, parted between paragraphs or sentences."""
    if len(text) <= LONG * 1.4:
        return text, ""
    for mark in ("\n\n", ". "):
        end = text.rfind(mark, LONG // 3, LONG)
        if end > 0:
            return text[: end + 1].strip(), text[end + 1 :].strip()
    end = text.find(" ", LONG)
    return (text[:end], text[end:].strip()) if end > 0 else (text, "")


def position(values: Sequence[object], wanted: object) -> int:
    """The place of a value in a list, from 1; 0 where it is not in it."""
    return values.index(wanted) + 1 if wanted in values else 0


FILTERS: dict[str, Callable[..., Any]] = {
    "paragraphs": paragraphs,
    "split_long": split_long,
    "position": position,
}
