from __future__ import annotations

import json

import pytest

from webapp.__main__ import parser
from webapp.settings import Settings


def run(settings: Settings, *arguments: str) -> int:
    args = parser().parse_args(["suggest", *arguments])
    return int(args.handler(args, settings))


@pytest.mark.usefixtures("suggester")
def test_place_and_lacks_are_printed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "1513", "--why", "WP197") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "KE 1513 General Apoptosis → Cholesterol biosynthesis pathway" in printed
    assert "of 62 in WikiPathways; the first 10 are shown." in printed
    assert "Beside the 10th" in printed


@pytest.mark.usefixtures("suggester")
def test_json_has_the_same(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "1513", "--why", "wp254", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["identifier"], answer["rank"], answer["listed"]) == (
        "wikipathways:WP254",
        1,
        True,
    )


def test_an_unknown_one_is_an_error(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "1513", "--why", "WP0") == 1
    assert "--why WP0: WP0 is not in this catalog." in capsys.readouterr().err


def test_degraded_it_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """No index has been built here."""
    assert run(settings, "1513", "--why", "WP254") == 0
    assert "Ranked by words alone" in capsys.readouterr().out
