"""The table of docs/backups.md that says which test proves which rule."""

from __future__ import annotations

import re

from webapp.settings import ROOT

TEXT = (ROOT / "docs" / "backups.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)


def test_all_fourteen_are_there_in_order() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 15))


def test_every_file_exists_and_holds_tests() -> None:
    for number, words, files in ROWS:
        named = re.findall(r"`(tests/[^`]+)`", files)
        assert named, f"rule {number} ({words}) has no test"
        for name in named:
            text = (ROOT / name).read_text(encoding="utf-8")
            assert re.search(r"^def test_", text, re.MULTILINE), name


def test_every_test_of_the_backups_proves_a_rule() -> None:
    named = set(re.findall(r"`(tests/backup/[^`]+)`", TEXT))
    helpers = {
        "tests/backup/test_a_wrong_setting_is_named.py",
        "tests/backup/test_when_an_errand_is_due.py",
    }
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "backup").glob("test_*.py")}
    assert found - named == helpers
