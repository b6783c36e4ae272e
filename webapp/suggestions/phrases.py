"""Sentences with what matters in them told apart: matched words, genes, Key Events. No HTML.

A page marks what is `marked` and links what names a gene or a Key Event; a command prints `plain`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from webapp.suggestions.text import stems

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_BETWEEN = re.compile(r"[\s\-\u2010\u2011\u2013/]*")


@dataclass(frozen=True)
class Part:
    """A piece of a sentence."""

    text: str
    marked: bool = False
    """Whether it is what matched."""
    gene: str = ""
    """The symbol of the gene that it names."""
    key_event: int = 0
    """The number of the Key Event that it names."""


Phrase = tuple[Part, ...]


def plain(phrase: Phrase) -> str:
    """The words alone."""
    return "".join(part.text for part in phrase)


def marked(text: str, wanted: Collection[str]) -> Phrase:
    """A text with the words marked whose stems are wanted; neighbours are marked as one."""
    if not wanted:
        return (Part(text),)
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        if not _fits(match[0], wanted):
            continue
        if spans and _BETWEEN.fullmatch(text, spans[-1][1], match.start()):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    parts, end = [], 0
    for start, stop in spans:
        parts += [Part(text[end:start]), Part(text[start:stop], marked=True)]
        end = stop
    return tuple(part for part in (*parts, Part(text[end:])) if part.text)


def _fits(word: str, wanted: Collection[str]) -> bool:
    found = stems(word)
    return bool(found) and all(stem in wanted for stem in found)


def marked_sentences(text: str, name: str) -> Phrase:
    """The same for a long text: only in sentences that have half of the words of a name or more.

    A word of every other sentence, such as `cell`, would be marked all over the text otherwise.
    """
    wanted = frozenset(stems(name))
    found: list[Part] = []
    start = 0
    for end in (*(match.end() for match in _SENTENCE_ENDS.finditer(text)), len(text)):
        sentence = text[start:end]
        start = end
        tells = wanted and 2 * len(wanted.intersection(stems(sentence))) >= len(wanted)
        found += marked(sentence, wanted) if tells else (Part(sentence),)
    return tuple(part for part in found if part.text)


def with_genes(text: str, symbols: Collection[str]) -> Phrase:
    """A text in which these symbols name genes."""
    if not symbols:
        return (Part(text),)
    longest_first = sorted(symbols, key=len, reverse=True)
    pattern = r"(?<![\w-])(" + "|".join(map(re.escape, longest_first)) + r")(?![\w-])"
    pieces = re.split(pattern, text)
    parts = (Part(one, gene=one if at % 2 else "") for at, one in enumerate(pieces))
    return tuple(part for part in parts if part.text)


def names_of_key_event(number: int, title: str) -> Part:
    """A Key Event as a sentence names it."""
    return Part(f"KE {number} {title}", key_event=number)


def joined(phrases: Iterable[Phrase], by: str = "; ") -> Phrase:
    """Several as one."""
    found: list[Part] = []
    for phrase in phrases:
        found += [Part(by), *phrase] if found else phrase
    return tuple(found)
