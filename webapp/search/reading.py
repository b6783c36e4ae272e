"""From what somebody types to the words that are looked for, and to the words that are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from markupsafe import Markup, escape

from webapp.suggestions.text import stems, words

MAX_WORDS = 12
_JOINT = r"[\-\u2010\u2011\u2013/]"
_COMPOUND = re.compile(rf"[^\W_]+(?:{_JOINT}[^\W_]+)+")
_PIECE = re.compile(rf"[^\W_]+(?:{_JOINT}[^\W_]+)*")
_JOINED_LETTERS = 9
"""Names of molecules are short; `receptor-mediated` is two words and nothing else."""


def joined(text: str) -> list[str]:
    """Names of molecules with a hyphen as some write them without: `IL-6` also as `il6`."""
    found = ("".join(words(match[0])) for match in _COMPOUND.finditer(text))
    return [one for one in found if 1 < len(one) <= _JOINED_LETTERS]


@dataclass(frozen=True)
class Wanted:
    """A word that is looked for, and what stands for it just as well."""

    word: str
    stem: str
    instead: tuple[tuple[str, ...], ...] = ()
    """Alternatives, each the stems of several words that must occur together."""


@dataclass(frozen=True)
class Marks:
    """Which words of a title are marked: by stem, by their beginning, or whole."""

    stems: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    wholes: frozenset[str] = frozenset()

    def fits(self, piece: str) -> bool:
        """Whether a word, or a compound of words, is one of those."""
        read = words(piece)
        if not read:
            return False
        if len(read) == 1:
            word = read[0]
            return (
                word in self.wholes
                or stems(word)[0] in self.stems
                or (bool(self.beginnings) and word.startswith(self.beginnings))
            )
        return "".join(read) in self.wholes

    def also(self, more: Iterable[str]) -> Marks:
        """The same and more words."""
        return replace(self, wholes=self.wholes | frozenset(more))

    def on(self, title: str) -> Markup:
        """The title as markup, its fitting words within `<mark>`; everything is escaped."""
        parts: list[Markup] = []
        end = 0
        for match in _PIECE.finditer(title):
            parts.append(escape(title[end : match.start()]))
            parts.append(self._piece(match[0]))
            end = match.end()
        return Markup("").join([*parts, escape(title[end:])])

    def _piece(self, piece: str) -> Markup:
        if self.fits(piece):
            return Markup("<mark>{}</mark>").format(piece)
        parts = re.split(rf"({_JOINT})", piece)
        if len(parts) == 1:
            return escape(piece)
        return Markup("").join(
            Markup("<mark>{}</mark>").format(part) if self.fits(part) else escape(part)
            for part in parts
        )


@dataclass(frozen=True)
class Asked:
    """What somebody typed, as words."""

    text: str
    wanted: tuple[Wanted, ...]
    read_as: tuple[tuple[str, str], ...] = ()
    """Abbreviations in it with their long forms."""

    @cached_property
    def told(self) -> str:
        """All its words in one text, as the names in the index are."""
        return " ".join(words(self.text))

    @property
    def compact(self) -> str:
        """All its letters and digits without anything between, as symbols of genes are written."""
        return "".join(words(self.text))

    @property
    def marks(self) -> Marks:
        """The words that are marked in what was found."""
        return Marks(
            frozenset(
                stem
                for one in self.wanted
                for stem in (one.stem, *(s for i in one.instead for s in i))
            ),
            tuple(one.word for one in self.wanted if len(one.word) > 2),
            frozenset((*joined(self.text), self.compact)),
        )


def read(text: str) -> Asked:
    """The words of a text; hyphens may be there or not."""
    wanted: list[Wanted] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        parts = [Wanted(word, stem) for word, stem in zip(words(piece), stems(piece), strict=True)]
        if len(parts) > 1 and (one := joined(piece)):
            whole = one[0]
            spelt = tuple(part.stem for part in parts)
            wanted.append(Wanted(whole, stems(whole)[0], (spelt,)))
        else:
            wanted.extend(parts)
    unique = {one.word: one for one in wanted}
    return Asked(text, tuple(unique.values())[:MAX_WORDS])


def with_abbreviations(asked: Asked, known: dict[str, str]) -> Asked:
    """The same, where a long form stands for its abbreviation too; `known` by small letters."""
    read_as: list[tuple[str, str]] = []
    spelt: list[Wanted] = []
    for one in asked.wanted:
        if long_form := known.get(one.word):
            read_as.append((one.word, long_form))
            one = replace(one, instead=(*one.instead, tuple(stems(long_form))))
        spelt.append(one)
    return replace(asked, wanted=tuple(spelt), read_as=tuple(read_as))
