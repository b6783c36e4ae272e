"""What words of toxicology mean in the words of pathways and processes: textbook knowledge.

Key Events speak of organs, lesions and abbreviated receptors, pathways of processes. Every entry
holds for any Key Event with the word; none was made for a single one. Where textbooks and
ontologies have one name for a process, the entry has it too.
The learned weight decides how much such a reading counts beside the title itself.

The table of readings is `shipped/vocabulary.tsv`: the pattern of a word in a title, and the words
that a pathway or process would be named by.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from webapp.suggestions.text import spell_greek, stems

_SAME = (
    (r"signall?ing (?:pathway|cascade)s?|signall?ing|signal transduction", "signaling"),
    (r"hepat(?:ic|o)", "liver"),
    (r"hepatocell?ular", "liver cell"),
    (r"hepatocytes?", "liver cell hepatocyte"),
    (r"renal|nephr(?:ic|o)", "kidney"),
    (r"pulmonary", "lung"),
    (r"cardiac|myocardial", "heart"),
    (r"cerebral", "brain"),
    (r"neuronal|neural", "neuron"),
    (r"hepatotoxicity", "liver toxic substance"),
    (r"tumou?rs?|carcinomas?|neoplas(?:m|ms|ia|tic)|cancers?|malignan(?:t|cy)", "cancer"),
    (r"hyperplasia", "proliferation"),
    (
        r"biosynthe(?:sis|tic process)|synthesis|production|formation|generation|steroidogenesis",
        "synthesis",
    ),
    (r"catabolism|catabolic process|degradation|breakdown", "degradation"),
    (r"metabolism|metabolic process", "metabolism"),
    (r"apoptotic process", "apoptosis"),
    (r"programmed cell death", "cell death"),
    (r"reactive oxygen species|ros", "reactive oxygen species oxidative"),
    (r"inflammatory", "inflammation"),
    (r"t4", "thyroxine thyroid hormone"),
    (r"t3", "triiodothyronine thyroid hormone"),
    (r"steatosis", "lipid accumulation fat"),
    (r"blood vessels?|vascula\w*", "vascular"),
    (r"erythrocytes?|red blood cells?|rbc", "erythrocyte"),
    (r"ca\+\+|ca2\+", "calcium"),
    (r"5-?ht|5-hydroxytryptamine", "serotonin"),
)
"""Words that count as the same when words are compared; either side may be in a title or a name."""

_BEFORE = re.compile(
    r"^(?:(?:positive |negative )?regulation of|(?:cellular )?response to|establishment of|"
    r"maintenance of|induction of|activation of|detection of)\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s+(?:signall?ing pathway|signal transduction|signall?ing|pathway|cascade|process|activity|"
    r"involved in .*|via .*|in response to .*)$",
    re.IGNORECASE,
)

KINDS = {
    "positive regulation": r"^positive regulation of",
    "negative regulation": r"^negative regulation of",
    "regulation": r"^regulation of",
    "cellular response": r"^cellular response to",
    "response": r"^response to",
    "pathway": r"pathway$",
    "signaling": r"signall?ing",
    "metabolism": r"metabolic process|metabolism",
    "synthesis": r"biosynthe|synthesis",
    "degradation": r"catabol|degradation",
    "transport": r"transport|import|export|secretion|uptake",
    "development": r"development|morphogenesis|differentiation",
    "involved in": r" involved in ",
    "receptor": r"receptor",
    "homeostasis": r"homeostasis",
    "disease": r"disease|cancer|disorder|syndrome|defective|covid|sars|mutant|deficien|infection|"
    r"carcinoma",
    "cells": r"\bcells?\b",
    "expression": r"expression|transcription",
}
"""Kinds of names, by a pattern each: experts choose some kinds more often than others."""


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


READINGS = (
    files("webapp.suggestions").joinpath("shipped", "vocabulary.tsv").read_text(encoding="utf-8")
)
_RULES = [
    (_compiled(pattern), words)
    for pattern, words in (
        line.split("\t") for line in READINGS.splitlines() if not line.startswith("#")
    )
]
_CANONICAL = [(_compiled(pattern), words) for pattern, words in _SAME]


@lru_cache(maxsize=256)
def readings(text: str) -> list[tuple[str, str, str]]:
    """How else a title can be read: (what it says, what that means, the title with it put in)."""
    found = []
    for pattern, words in _RULES:
        match = pattern.search(text)
        if match:
            meant = match.expand(words)
            changed = text[: match.start()] + meant + text[match.end() :]
            found.append((match[0], meant, changed))
    return found


def core(name: str) -> str:
    """What a process or pathway is about: `regulation of X signaling pathway` is about X."""
    left = name
    while (shorter := _BEFORE.sub("", left)) != left:
        left = shorter
    left = _AFTER.sub("", left)
    return left if left.strip() else name


@lru_cache(maxsize=200_000)
def canonical(text: str) -> str:
    """A text in small letters with words of one meaning written one way."""
    plain = spell_greek(text).lower()
    for pattern, words in _CANONICAL:
        plain = pattern.sub(words, plain)
    return plain


def canonical_stems(text: str) -> list[str]:
    """The stems of the canonical text."""
    return stems(canonical(text))
