from __future__ import annotations

import pytest

from webapp.suggestions.direction import compared


@pytest.mark.parametrize(
    ("title", "name", "said"),
    [
        (
            "Decreased, cell proliferation",
            "negative regulation of cell population proliferation",
            "direction agrees: both say decrease",
        ),
        (
            "Increase, cell proliferation",
            "negative regulation of cell population proliferation",
            "direction conflicts: the Key Event says increase, the name decrease",
        ),
        (
            "Antagonism, estrogen receptor",
            "positive regulation of estrogen receptor signaling pathway",
            "direction conflicts: the Key Event says decrease, the name increase",
        ),
        ("Increase, Apoptosis", "Apoptosis", ""),
        ("Altered cell cycle", "positive regulation of cell cycle", ""),
        ("Inhibition of the increase in calcium", "positive regulation of calcium transport", ""),
        ("Low-density lipoprotein", "positive regulation of lipoprotein transport", ""),
    ],
)
def test_direction(title: str, name: str, said: str) -> None:
    assert compared(title, name) == said
