"""Direction of change, read by rule and shown beside a suggestion; never part of its rank.

An encoder hardly tells agonism from antagonism, so what a title says of direction is read from its
words: `Decreased, X` goes down, `positive regulation of X` up.
"""

from __future__ import annotations

import re

_END = r"(?![\w-])"
_UP = re.compile(
    r"(?<![\w-])(?:increas(?:e|es|ed|ing)|elevat(?:ion|ed)|enhanc(?:ed|ement)|induction|induced|"
    r"activat(?:ion|ed|e)|agonism|stimulation|up[\s-]?regulat(?:ion|ed)|hyperactivation|"
    r"excessive|accumulation|overexpression)" + _END,
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"(?<![\w-])(?:decreas(?:e|es|ed|ing)|declin(?:e|ed)|reduc(?:tion|ed|es?)|inhibit(?:ion|ed|s)?|"
    r"antagonism|suppress(?:ion|ed)|attenuat(?:ion|ed)|impair(?:ed|ment)|"
    r"down[\s-]?regulat(?:ion|ed)|lowered|diminished|depletion|loss|repress(?:ion|ed)?|blockade)"
    + _END,
    re.IGNORECASE,
)
_TARGET_UP = re.compile(r"\b(?:positive regulation|activation|upregulation) of\b", re.IGNORECASE)
_TARGET_DOWN = re.compile(
    r"\b(?:negative regulation|inactivation|inhibition|repression|suppression|downregulation) of\b",
    re.IGNORECASE,
)
UP, DOWN, UNSAID = 1, -1, 0
_WORDS = {UP: "increase", DOWN: "decrease"}


def of_key_event(title: str) -> int:
    """`UP`, `DOWN`, or `UNSAID` where the title says neither or both."""
    return bool(_UP.search(title)) - bool(_DOWN.search(title))


def of_target(name: str) -> int:
    """The same for the name of a pathway or process."""
    return bool(_TARGET_UP.search(name)) - bool(_TARGET_DOWN.search(name))


def compared(title: str, name: str) -> str:
    """`direction agrees`, or `direction conflicts`, with what each side says; empty where one
    side says nothing."""
    own, other = of_key_event(title), of_target(name)
    if not own or not other:
        return ""
    if own == other:
        return f"direction agrees: both say {_WORDS[own]}"
    return f"direction conflicts: the Key Event says {_WORDS[own]}, the name {_WORDS[other]}"
