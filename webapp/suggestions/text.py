"""From a title to words: direction words removed, Greek letters spelt out, stems.

The rules here and in `abbreviations` decide what is encoded and counted; an index remembers which
rules it was built by (`index.RULES`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_HYPHENS = r"\-\u2010\u2011\u2013"
_DIRECTION = re.compile(
    rf"""
    # "N/A, Mitochondrial dysfunction" says that no direction is given; "Na/K ATPase" does not.
    ^\s*n/a\s*(?=,)
    # In the middle of a name these belong to it: "peroxisome proliferator activated receptor".
  | (?:^|(?<=,))\s*(?:activated|induced)\b(?![{_HYPHENS}])
  | (?<![{_HYPHENS}\w])(?:
        increas(?:e|es|ed|ing) | decreas(?:e|es|ed|ing) | declin(?:e|ed)
      | reduc(?:tion|ed|es?)
      | elevat(?:ion|ed) | enhanc(?:ed|ement) | induction | inhibit(?:ion|ed|s)?
      | activat(?:ion|e) | agonism | antagonism | suppress(?:ion|ed) | attenuat(?:ion|ed)
      | impair(?:ed|ment) | disrupt(?:ion|ed) | alter(?:ed|ation|ations) | chang(?:e|es|ed)
      | perturb(?:ed|ation) | modulat(?:ion|ed) | occurrence | (?:up|down)[\s-]?regulat(?:ion|ed)
      | abnormal | excessive | lowered | diminished | hyperactivation
    )(?![{_HYPHENS}\w])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STOP_WORDS = frozenset(
    "a an and are as at be by for from in into is it its of on or other the their this to via "
    "with within".split()
)
_LETTERS = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
        "sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)
_GREEK = str.maketrans(
    _LETTERS
    | {letter.upper(): word.capitalize() for letter, word in _LETTERS.items()}
    # The final sigma, and two signs that look like letters.
    | {"ς": "sigma", "\N{INCREMENT}": "Delta", "\N{APL FUNCTIONAL SYMBOL ALPHA}": "alpha"}
)
_WORD = re.compile(r"[a-z0-9]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")  # as NFKD parts them from their letters
_stemmer = snowballstemmer.stemmer("english")


def spell_greek(text: str) -> str:
    """Greek letters as words, as gene and pathway names write them either way.

    Signs that only look different (micro sign, full-width comma, superscripts) become the plain
    ones first.
    """
    return unicodedata.normalize("NFKC", text).translate(_GREEK)


def without_direction(title: str) -> str:
    """A title without words of direction; the title itself where nothing else would be left.

    `Increase, Cell injury/death` and `Decrease, Cell injury/death` name one biology; encoders
    hardly tell the two apart, so direction is shown to the curator and kept out of the ranking.
    """
    rest = _DIRECTION.sub(" ", title)
    rest = re.sub(r"\(\s*\)", " ", rest)
    rest = re.sub(r"(?:\s*,\s*)+", ", ", rest)
    rest = re.sub(r"^\s*(?:of|in|to)\b", " ", rest.strip(" ,;:-"), flags=re.IGNORECASE)
    rest = " ".join(rest.split()).strip(" ,;:-")
    return rest if _WORD.search(rest.lower()) else " ".join(title.split())


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def words(text: str) -> list[str]:
    """Lower-case words of a text in order, Greek letters spelt, accents and stop words dropped."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", spell_greek(text)).lower())
    return [word for word in _WORD.findall(plain) if word not in _STOP_WORDS]


def stems(text: str) -> list[str]:
    """Stems (Snowball English) of the words of a text."""
    return [_stem(word) for word in words(text)]
