from __future__ import annotations

import pytest

from webapp.suggestions.phrases import (
    Part,
    Phrase,
    joined,
    marked,
    marked_sentences,
    plain,
    with_genes,
)
from webapp.suggestions.text import stems


def shown(phrase: Phrase) -> str:
    return "".join(f"[{part.text}]" if part.marked else part.text for part in phrase)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Cells die", "Living cell", "[Cells] die"),
        ("NF-κB signalling", "NF-kappaB", "[NF-κB] signalling"),
        ("apoptotic process", "Apoptosis", "apoptotic process"),
        ("apoptotic cells", "Apoptotic", "[apoptotic] cells"),
        ("regulation of cell death", "Cell death", "regulation of [cell death]"),
        ("injury/death", "Death, injury", "[injury/death]"),
        ("<b>cell</b>", "cell", "<b>[cell]</b>"),
        ("", "cell", ""),
        ("of the", "of the", "of the"),
    ],
)
def test_words_of_one_stem_are_marked(text: str, name: str, expected: str) -> None:
    found = marked(text, frozenset(stems(name)))
    assert shown(found) == expected
    assert plain(found) == text


def test_only_sentences_with_half_of_the_name_are_marked() -> None:
    text = "A cell is small. Its death by necrosis of a cell is seen. The end."
    assert shown(marked_sentences(text, "Cell death pathway")) == (
        "A cell is small. Its [death] by necrosis of a [cell] is seen. The end."
    )


def test_genes_are_told_by_their_whole_symbol() -> None:
    found = with_genes("has ABCB1, ABCB11 and XABCB1", {"ABCB1", "ABCB11"})
    assert [part.gene for part in found if part.gene] == ["ABCB1", "ABCB11"]
    assert plain(found) == "has ABCB1, ABCB11 and XABCB1"


def test_several_become_one() -> None:
    assert plain(joined([(Part("a"),), (Part("b"), Part("c"))])) == "a; bc"
