"""Which Key Events are one concept: same title but for direction, order of words and endings.

`Increase, Cell death` and `Decreased cell death` are about one biology and have the same terms. If
one of them taught a ranker what the other is tested on, the figures would flatter it.
"""

from __future__ import annotations

from collections.abc import Mapping

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.text import stems


def concept_of(title: str, abbreviations: Mapping[str, str]) -> str:
    """The stems of a title without direction words, abbreviations spelt out, in order of alphabet.

    Empty for a title without a word: such Key Events have nothing in common.
    """
    return " ".join(sorted(set(stems(query_of(title, abbreviations).spelt_out))))
