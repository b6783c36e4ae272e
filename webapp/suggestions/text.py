"""From a title to words: direction words removed, abbreviations spelt out, stems."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import snowballstemmer

_DIRECTION = re.compile(
    r"""\b(?:
        n/?a | increas(?:e|es|ed|ing) | decreas(?:e|es|ed|ing) | declin(?:e|ed)
      | reduc(?:tion|ed|es?)
      | elevat(?:ion|ed) | enhanc(?:ed|ement) | induc(?:tion|ed) | inhibit(?:ion|ed|s)?
      | activat(?:ion|ed|e) | agonism | antagonism | suppress(?:ion|ed) | attenuat(?:ion|ed)
      | impair(?:ed|ment) | disrupt(?:ion|ed) | alter(?:ed|ation|ations) | chang(?:e|es|ed)
      | perturb(?:ed|ation) | modulat(?:ion|ed) | occurrence | (?:up|down)[\s-]?regulat(?:ion|ed)
      | abnormal | excessive | high | low | lowered | diminished | hyperactivation
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_STOP_WORDS = frozenset(
    "a an and are as at be by for from in into is it its of on or other the their this to via "
    "with within".split()
)
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "ω": "omega", "σ": "sigma", "τ": "tau", "θ": "theta", "ζ": "zeta",
}  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_IN_BRACKETS = re.compile(r"\(([A-Za-z][A-Za-z0-9/-]{1,9})\)")
_stemmer = snowballstemmer.stemmer("english")


def spell_greek(text: str) -> str:
    """Greek letters as words, as gene and pathway names write them either way."""
    for letter, word in _GREEK.items():
        text = text.replace(letter, word)
    return text


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
    plain = unicodedata.normalize("NFKD", spell_greek(text)).encode("ascii", "ignore").decode()
    return [word for word in _WORD.findall(plain.lower()) if word not in _STOP_WORDS]


def stems(text: str) -> list[str]:
    """Stems (Snowball English) of the words of a text."""
    return [_stem(word) for word in words(text)]


def find_abbreviations(texts: Iterable[str]) -> dict[str, str]:
    """Abbreviations that the texts themselves explain, as in `aryl hydrocarbon receptor (AhR)`.

    Returns `{abbreviation in lower case: most frequent long form}`. The matching of letters is
    Schwartz and Hearst's (Pacific Symposium on Biocomputing 2003, pages 451-462).
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for match in _IN_BRACKETS.finditer(text):
            short = match[1]
            if not any(letter.isupper() for letter in short):
                continue
            before = text[: match.start()].split()[-min(len(short) + 5, len(short) * 2) :]
            long_form = _long_form(short, " ".join(before))
            if long_form:
                found[short.lower()][long_form.lower()] += 1
    return {short: forms.most_common(1)[0][0] for short, forms in found.items()}


def _long_form(short: str, before: str) -> str:
    """The shortest end of `before` that holds the letters of `short` in order, or an empty text."""
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


def expand(text: str, abbreviations: Mapping[str, str]) -> str:
    """A text with the long form put behind each known abbreviation it does not spell out itself."""
    lowered = text.lower()
    parts = []
    for word in text.split():
        parts.append(word)
        long_form = abbreviations.get(word.strip("(),;:.").lower())
        if long_form and long_form not in lowered and any(letter.isupper() for letter in word):
            parts.append(long_form)
    return " ".join(parts)
