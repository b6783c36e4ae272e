"""The table of SECURITY.md that says which test proves which promise."""

from __future__ import annotations

import re

import pytest

from webapp.settings import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| ([^|]+) \| (`tests/[^|]+) \|$", TEXT.split("## What is promised")[1], re.MULTILINE
)


def test_there_are_promises() -> None:
    assert len(ROWS) >= 15
    assert len(ROWS) == TEXT.split("## What is promised")[1].count("\n| ") - 1


@pytest.mark.parametrize(("promise", "files"), ROWS, ids=[promise for promise, _ in ROWS])
def test_every_file_exists_and_holds_tests(promise: str, files: str) -> None:
    for name in re.findall(r"`([^`]+)`", files):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert re.search(r"^def test_", text, re.MULTILINE), name


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", TEXT):
        assert (ROOT / target).exists(), target
