"""The colour tokens as numbers: OKLCH to sRGB, and the contrast that WCAG 2.2 defines.

Conversion after the CSS Color Module Level 4 (OKLab matrices by Björn Ottosson); contrast after
WCAG 2.2, "relative luminance" and "contrast ratio".
"""

from __future__ import annotations

import math
import re
from pathlib import Path

CSS = Path(__file__).resolve().parents[2] / "webapp" / "static" / "css"
THEMES = ("light", "dark")

_NUMBER = r"([\d.]+)"
_OKLCH = rf"oklch\({_NUMBER} {_NUMBER} {_NUMBER}(?: / [\d.]+)?\)"
_OKLCH_OR_GREY = rf"oklch\({_NUMBER} {_NUMBER} {_NUMBER}\)"
_TOKEN = re.compile(rf"^  --([\w-]+): light-dark\(({_OKLCH}), ({_OKLCH})\);$", re.MULTILINE)

Rgb = tuple[float, float, float]


def read_tokens() -> dict[str, dict[str, Rgb]]:
    """Opaque colour tokens by name and theme, as linear-light sRGB in 0 to 1.

    Raises `AssertionError` where a colour lies outside sRGB, because browsers would then each
    choose their own.
    """
    tokens: dict[str, dict[str, Rgb]] = {}
    for match in _TOKEN.finditer((CSS / "tokens.css").read_text()):
        name, light, dark = match[1], match[2], match[6]
        if "/" in light + dark:
            continue  # see-through: shadows and backdrops, never read against
        tokens[name] = {
            theme: linear_rgb(*_numbers(colour))
            for theme, colour in zip(THEMES, (light, dark), strict=True)
        }
        for theme, rgb in tokens[name].items():
            assert all(-0.0005 <= one <= 1.0005 for one in rgb), f"--{name} ({theme}) leaves sRGB"
    return tokens


def _numbers(colour: str) -> tuple[float, float, float]:
    match = re.fullmatch(_OKLCH_OR_GREY, colour)
    assert match, colour
    return float(match[1]), float(match[2]), float(match[3])


def linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Linear-light sRGB of an OKLCH colour; hue in degrees."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def luminance(rgb: Rgb) -> float:
    """Relative luminance of a linear-light colour, after rounding to what a screen is sent."""
    red, green, blue = (_through_eight_bits(one) for one in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _through_eight_bits(linear: float) -> float:
    linear = min(1.0, max(0.0, linear))
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    encoded = round(encoded * 255) / 255
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)
