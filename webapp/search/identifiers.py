"""Which identifier somebody means, also where it is written carelessly or pasted as an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webapp.catalog.registry import local_name, parse_aop, parse_identifier, parse_key_event

KEY_EVENT, AOP, TARGET = "key_event", "aop", "target"

_PLACES = re.compile(
    r"""^(?:https?://)?(?:www\.)?(?:
        aopwiki\.org/(?P<list>events|aops)/
      | (?:identifiers\.org|bioregistry\.io)/
      | [a-z.]*wikipathways\.org/(?:pathways/|index\.php/Pathway:|instance/)
      | purl\.obolibrary\.org/obo/
      | amigo\.geneontology\.org/amigo/term/
      | (?:www\.)?ebi\.ac\.uk/QuickGO/term/
      | reactome\.org/(?:content/detail/|PathwayBrowser/\#/)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ENDINGS = re.compile(r"(?:\.html)?(?:[?#&].*)?/?$")


@dataclass(frozen=True)
class Identified:
    """What an identifier names: the kind of thing, its key in the catalog, how people write it."""

    kind: str
    key: str
    name: str


def identify(text: str) -> Identified | None:
    """What an identifier names, or None for words and for a bare number, which may be either.

    >>> identify("https://www.wikipathways.org/pathways/WP254.html").name
    'WP254'
    >>> identify("go 6915").key
    'GO:0006915'
    """
    word = " ".join(text.split())
    if place := _PLACES.match(word):
        word = _ENDINGS.sub("", word[place.end() :])
        if place["list"]:
            word = {"events": "KE ", "aops": "AOP "}[place["list"].lower()] + word
    if (curie := _target(word)) is not None:
        return Identified(TARGET, curie, local_name(curie))
    if word.isdecimal():
        return None
    if (number := parse_key_event(word)) is not None:
        return Identified(KEY_EVENT, str(number), f"KE {number}")
    if (number := parse_aop(word)) is not None:
        return Identified(AOP, str(number), f"AOP {number}")
    return None


def _target(word: str) -> str | None:
    """The CURIE of a target; blanks, other separators and a version at its end do no harm."""
    if exact := parse_identifier(word):
        return exact
    compact = re.sub(r"^(?:wikipathways|reactome)\s*:\s*(?=\D)", "", word, flags=re.IGNORECASE)
    if found := re.fullmatch(r"WP[\s:_-]*(\d+)(?:_r\d+)?", compact, re.IGNORECASE):
        return f"wikipathways:WP{found[1]}"
    if found := re.fullmatch(r"(?:GO\s*:\s*)?GO[\s:_-]*(\d{1,7})", compact, re.IGNORECASE):
        return f"GO:{found[1]:0>7}"
    if re.fullmatch(r"0\d{6}", compact):
        return f"GO:{compact}"
    # Not simply three letters: RASA1 is a gene.
    if found := re.fullmatch(
        r"R(?:[\s_-]+([A-Z]{3})[\s_-]+|(HSA)[\s_-]*)(\d+)(?:\.\d+)?", compact, re.IGNORECASE
    ):
        return f"reactome:R-{(found[1] or found[2]).upper()}-{found[3]}"
    return None
