"""Finds the genes that a text names: by symbol, by alias, in words, or by a small family."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Gene
from webapp.catalog.sources.records import ENTREZ_PREFIX
from webapp.suggestions.text import spell_greek, stems

FAMILY = 6
"""A family of more genes than this is too wide to name any of them."""
LONGEST = 8
"""Words of a name that are looked for."""

_WORD = re.compile(r"[A-Za-z0-9-]+")
_MEMBER = re.compile(r"([A-Z]{2,}\d*?)(?:\d{1,2}|[A-Z])")
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_NUMBER = re.compile(r"\d+[a-z]?|[a-z]\d*|[ivx]+")
_WORDS_LIKE_SYMBOLS = frozenset(
    "ACT AIR ARC ATP BAD CA2 CAD CAT CELL DNA FAST GABA GTP IMPACT KIT MAX MICE MIE NAD PIGS REST "
    "RHO RNA SET TYPE WAS".split()
)
_COMMON = frozenset(stems("protein peptide neuropeptide lipoprotein receptor hormone nuclear"))
"""No names, even where one gene is called so but for a letter (`protein S`)."""
_NUMBERS_OF_A_FAMILY = frozenset(
    stem
    for word in "alpha beta gamma delta epsilon zeta theta subunit member isoform type family "
    "subfamily group class polypeptide chain component".split()
    for stem in stems(word)
)


class GeneNames:
    """Symbols, families of few genes (`STAT5`), aliases and names in words.

    `names` holds for each symbol its name in words and its aliases. A name of several genes, as
    one without its number (`estrogen receptor`), counts if they are few.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._symbols = {symbol.upper(): {symbol} for symbol in names}
        self._in_words: dict[tuple[str, ...], set[str]] = defaultdict(set)
        families: dict[str, set[str]] = defaultdict(set)
        others: dict[str, set[str]] = defaultdict(set)
        for symbol, called in names.items():
            member = _MEMBER.fullmatch(symbol)
            if member and len(member[1]) > 2:
                families[member[1]].add(symbol)
            for name in called:
                if " " not in name and any(map(str.isupper, name)):
                    others[name.replace("-", "").upper()].add(symbol)
                else:
                    self._learn(symbol, name)
        others |= {key: found for key, found in families.items() if len(found) > 1}
        for key, found in others.items():
            if len(found) <= FAMILY:
                self._symbols.setdefault(key, found)
        for word in _COMMON:
            self._in_words.pop((word,), None)

    def _learn(self, symbol: str, name: str) -> None:
        words = tuple(stems(_IN_BRACKETS.sub(" ", name)))
        self._in_words[words].add(symbol)
        while len(words) > 1 and _numbers(words[-1]):
            words = words[:-1]
            self._in_words[words].add(symbol)

    def found_in(self, text: str) -> dict[str, str]:
        """The symbols that a text names, each with the words that name it.

        A word counts as a symbol if it looks like one: two capitals or digits, three letters. One
        word alone counts as a name if it is a long one.
        """
        plain = spell_greek(text)
        found = self._named_in_words(plain)
        for word in _WORD.findall(plain):
            key = word.replace("-", "").upper()
            looks = sum(letter.isupper() or letter.isdigit() for letter in word) > 1
            if len(key) > 2 and looks and key not in _WORDS_LIKE_SYMBOLS:
                found |= dict.fromkeys(self._symbols.get(key, ()), word)
        return found

    def _named_in_words(self, text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        pieces = [(word, *stems(word)) for word in re.findall(r"[^\W_]+", text)]
        start = 0
        while start < len(pieces):
            ends = range(min(start + LONGEST, len(pieces)), start, -1)
            for end in ends if len(pieces[start]) > 1 else ():
                key = tuple(stem for piece in pieces[start:end] for stem in piece[1:])
                named = self._in_words.get(key, ())
                if 0 < len(named) <= FAMILY and (len(key) > 1 or len("".join(key)) > 6):
                    words = " ".join(piece[0] for piece in pieces[start:end])
                    found |= dict.fromkeys(named, words)
                    start = end - 1
                    break
            start += 1
        return found

    def found_in_all(self, texts: Iterable[str]) -> dict[str, str]:
        """The same for several texts; the first one that names a gene counts."""
        found: dict[str, str] = {}
        for text in texts:
            found = self.found_in(text) | found
        return found


def _numbers(word: str) -> bool:
    """Whether the end of a name tells a gene from others of its family."""
    return word in _NUMBERS_OF_A_FAMILY or _NUMBER.fullmatch(word) is not None


def names_of_genes(session: Session) -> dict[str, tuple[str, ...]]:
    """By symbol: the name in words, if it is known, and the aliases."""
    rows = session.execute(select(Gene.symbol, Gene.name, Gene.aliases))
    return {
        symbol: tuple(filter(None, (name, *(aliases or "").split("|"))))
        for symbol, name, aliases in rows
        if not symbol.startswith(ENTREZ_PREFIX)
    }
