"""Templates, styles and scripts keep the content security policy: all ours, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.settings import ROOT

TEMPLATES = sorted((ROOT / "webapp/templates").rglob("*.html"))
STATIC = ROOT / "webapp/static"
OWN = sorted(
    path
    for folder in ("css", "js", "icons")
    for path in (STATIC / folder).iterdir()
    if path.is_file()
)

INLINE = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an event attribute": r"""\son[a-z]+\s*=\s*["']""",
    "a script without src": r"<script(?![^>]*\ssrc=)",
    "htmx's own inline code": r"\shx-(?:on|vars)\b",
    "a javascript address": r"javascript:",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_code(template: Path) -> None:
    text = template.read_text()
    assert [name for name, pattern in INLINE.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_load_nothing_from_elsewhere(template: Path) -> None:
    loads = re.findall(
        r"""<(?:script|link|img|use|iframe)\b[^>]*?(?:src|href)=["'](\w+:)?//""",
        template.read_text(),
    )
    assert loads == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_files_refer_to_nothing_elsewhere(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(", text)


def test_own_styles_and_scripts_stay_below_100_kilobytes() -> None:
    sizes = {path.name: path.stat().st_size for path in OWN if path.suffix in {".css", ".js"}}
    assert sum(sizes.values()) < 100_000, sizes


def test_every_macro_is_reachable_under_one_name() -> None:
    folder = ROOT / "webapp/templates/macros"
    made: set[str] = set()
    for path in folder.glob("*.html"):
        found = re.findall(r"{% macro ([a-z]\w*)\(", path.read_text())
        head = path.read_text().split("-#}", 1)[0]
        assert [name for name in found if f"{name}(" not in head] == [], f"undocumented: {path}"
        made |= set(found)
    offered = set(re.findall(r"{% set (\w+) =", (folder / "ui.html").read_text()))
    assert offered == made
