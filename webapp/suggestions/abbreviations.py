"""Abbreviations and their long forms, learnt from the texts that explain them.

A wrong long form misleads more than none, and one text is no evidence: `type III (in hemoglobin to
iron)` explains nothing. So a title's own explanation comes first, and otherwise several
independent texts of the catalog must agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from webapp.suggestions.text import spell_greek, stems, without_direction

SOURCES = 2
"""Texts that must agree on a long form."""
SOURCES_IF_SHORT = 5
"""The same for one or two letters, which stand for many things, unless a title explains them."""
SHARE = 2 / 3
"""Part of the texts that must mean the same: `ER` is as often a receptor as a reticulum."""

_CONTEXT = 60
"""Letters on each side that make two mentions one source, as descriptions are often copied."""
_IN_BRACKETS = re.compile(r"\(([A-Za-z][A-Za-z0-9/-]{1,9})\)")
_ROMAN_NUMERAL = re.compile(r"[IVX]+[ab]?")
_CLAUSE_ENDS = re.compile(r"[.;:]\s|[()\[\]]")


@dataclass(frozen=True)
class Query:
    """A title, or what somebody searches for, as it is compared with names of targets."""

    plain: str
    """Without words of direction."""
    spelt_out: str
    """The same with the long forms of its abbreviations."""
    read_as: Mapping[str, str]
    """The abbreviations in it, with the long forms that were put in."""

    @property
    def texts(self) -> tuple[str, str]:
        """The two texts that are encoded; see `index.TEXT_TEMPLATE`."""
        return self.plain, self.spelt_out


def query_of(title: str, abbreviations: Mapping[str, str]) -> Query:
    """Read a title with the abbreviations that are known; its own explanations come first."""
    plain = without_direction(spell_greek(title))
    known = {**abbreviations, **explained_in([title])}
    read_as = {}
    parts = []
    for word in plain.split():
        parts.append(word)
        short = word.strip("(),;:.")
        long_form = known.get(short)
        if long_form and long_form not in plain.lower():
            read_as[short] = long_form
            parts.append(long_form)
    return Query(plain, " ".join(parts), read_as)


def explained_in(texts: Iterable[str]) -> dict[str, str]:
    """What these texts themselves explain; the first explanation of an abbreviation holds."""
    found: dict[str, str] = {}
    for text in texts:
        for short, long_form, _ in _explanations(text):
            found.setdefault(short, long_form)
    return found


def find_abbreviations(texts: Iterable[str], in_titles: Collection[str] = ()) -> dict[str, str]:
    """Abbreviations that enough texts explain alike, as in `aryl hydrocarbon receptor (AhR)`.

    Returns `{abbreviation: its most frequent long form}`; capital and small letters differ (`CA`
    is an aberration, `Ca` is calcium). Spellings that differ in hyphens or endings count as one.
    `in_titles` are those that a Key Event's title explains, the words of AOP-Wiki itself.
    """
    sources: dict[str, dict[str, dict[str, set[str]]]] = defaultdict(lambda: defaultdict(dict))
    for text in texts:
        for short, long_form, context in _explanations(text):
            meaning = " ".join(stems(long_form))
            sources[short][meaning].setdefault(long_form, set()).add(context)
    found = {}
    for short, meanings in sources.items():
        support = {
            meaning: len(set().union(*spellings.values()))
            for meaning, spellings in meanings.items()
        }
        best = max(support, key=lambda meaning: support[meaning])
        needed = SOURCES if len(short) > 2 or short in in_titles else SOURCES_IF_SHORT
        if support[best] >= needed and support[best] >= SHARE * sum(support.values()):
            spellings = meanings[best]
            found[short] = max(spellings, key=lambda spelling: len(spellings[spelling]))
    return found


def _explanations(text: str) -> Iterator[tuple[str, str, str]]:
    """Each abbreviation that a text explains, its long form in small letters, the text around."""
    text = spell_greek(text)
    for match in _IN_BRACKETS.finditer(text):
        short = match[1]
        if not any(letter.isupper() for letter in short) or _ROMAN_NUMERAL.fullmatch(short):
            continue
        clause = _CLAUSE_ENDS.split(text[: match.start()])[-1]
        before = clause.split()[-min(len(short) + 5, len(short) * 2) :]
        long_form = _long_form(short, " ".join(before)).lower()
        if long_form and short.lower() not in long_form.split():
            context = text[max(0, match.start() - _CONTEXT) : match.end() + _CONTEXT]
            yield short, long_form, context


def _long_form(short: str, before: str) -> str:
    """The shortest end of `before` that holds the letters of `short` in order, or an empty text.

    Schwartz and Hearst, Pacific Symposium on Biocomputing 2003, pages 451-462.
    """
    position = len(before) - 1
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        while position >= 0 and (
            before[position].lower() != letter
            or (index == 0 and position > 0 and before[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return ""
        position -= 1
    start = before.rfind(" ", 0, position + 1) + 1
    long_form = before[start:].strip(" ,;:")
    return long_form if len(long_form.split()) > 1 and len(long_form) > len(short) + 3 else ""
