"""Two kinds of list from the YAML head of a WikiPathways page.

Not a YAML reader: it knows lists of one level, plain and quoted scalars, and scalars folded over
indented lines, which is all that these lists hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_ITEM = re.compile(r"\s*- ?(.*)")
_PAIR = re.compile(r"([A-Za-z][\w-]*):(?: +(.*)|$)")


def list_of_texts(text: str, key: str) -> list[str]:
    """The items of `key:` where each item is one text."""
    return [
        value for value in map(_scalar, (" ".join(item) for item in _items(text, key))) if value
    ]


def list_of_mappings(text: str, key: str) -> list[dict[str, str]]:
    """The items of `key:` where each item is a mapping of texts."""
    mappings = []
    for item in _items(text, key):
        pairs: dict[str, list[str]] = {}
        name = ""
        for line in item:
            found = _PAIR.fullmatch(line)
            if found is not None:
                name = found[1]
                pairs[name] = [found[2] or ""]
            elif name:
                pairs[name].append(line)
        mappings.append({name: _scalar(" ".join(lines)) for name, lines in pairs.items()})
    return mappings


def _items(text: str, key: str) -> Iterator[list[str]]:
    """The lines of each item below `key:`, without their indentation."""
    inside = False
    item: list[str] = []
    for line in text.split("\n"):
        if not inside:
            inside = line.rstrip() == f"{key}:"
            continue
        if line[:1] not in {" ", "-", ""} or line.startswith("---"):
            break
        found = _ITEM.fullmatch(line.rstrip())
        if found is not None:
            if item:
                yield item
            item = [found[1]]
        elif line.strip():
            item.append(line.strip())
    if item:
        yield item


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text[1:-1]
    return text
