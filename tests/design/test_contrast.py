"""Every pair of colours that meets on a page is legible, in light and in dark."""

from __future__ import annotations

import pytest

from tests.design.colours import CSS, THEMES, contrast, linear_rgb, luminance, read_tokens

TOKENS = read_tokens()
GROUNDS = ("sunken", "page", "surface", "raised", "hover")
MEANINGS = ("amber", "green", "blue", "red", "grey")
RESOURCES = ("wikipathways", "go-bp", "reactome")

# Ink that is read on a ground: WCAG 2.2, 1.4.3.
TEXT = [
    *((ink, ground) for ink in ("text", "text-soft", "accent") for ground in GROUNDS),
    *((ink, "accent-tint") for ink in ("text", "text-soft", "accent")),
    *((ink, ground) for ink in (*MEANINGS, *RESOURCES) for ground in (*GROUNDS, "accent-tint")),
    *((meaning, f"{meaning}-tint") for meaning in MEANINGS),
    *((ink, f"{meaning}-tint") for ink in ("text", "text-soft") for meaning in MEANINGS),
    *(("accent", f"{meaning}-tint") for meaning in MEANINGS),
    *((ink, "amber-tint") for ink in ("green", "red")),  # ins and del in a changed row
    ("green", "green-tint"),
    ("accent-strong", "page"),
    ("accent-strong", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]

# What must be seen to find or work a control: WCAG 2.2, 1.4.11. The focus ring is the accent.
SIGNS = [
    *(("line-control", ground) for ground in GROUNDS),
    *(("accent", ground) for ground in (*GROUNDS, "accent-tint")),
    *(("accent", f"{meaning}-tint") for meaning in MEANINGS),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), sorted(set(TEXT)))
def test_text_reaches_4_5(ink: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("sign", "ground"), sorted(set(SIGNS)))
def test_controls_and_focus_reach_3(sign: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[sign][theme], TOKENS[ground][theme]) >= 3


def test_every_ink_is_checked() -> None:
    backgrounds = {*GROUNDS, "accent-tint", *(f"{meaning}-tint" for meaning in MEANINGS)}
    decoration = {"line"}  # hairlines part things that space parts too
    checked = {ink for ink, _ in (*TEXT, *SIGNS)}
    assert set(TOKENS) == checked | backgrounds | decoration


def test_the_arithmetic_knows_black_white_and_the_named_colours() -> None:
    black, white = linear_rgb(0, 0, 0), linear_rgb(1, 0, 0)
    assert contrast(black, white) == pytest.approx(21, abs=0.01)
    # CSS Color 4 gives "red" as oklch(0.62796 0.25768 29.234); its luminance is 0.2126.
    assert luminance(linear_rgb(0.62796, 0.25768, 29.234)) == pytest.approx(0.2126, abs=0.0005)


def test_colours_are_written_in_the_tokens_alone() -> None:
    for sheet in CSS.glob("*.css"):
        if sheet.name != "tokens.css":
            text = sheet.read_text()
            for notation in (
                "oklch(",
                "rgb(",
                "rgba(",
                "hsl(",
                "#fff",
                "#000",
                ": white",
                ": black",
            ):
                assert notation not in text, f"{sheet.name} writes a colour: {notation}"
