"""Settings, commands and routes against docs/reference.md, both ways."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from flask import Flask

from backup.__main__ import parser as backups
from webapp.__main__ import parser
from webapp.accounts.access import declared
from webapp.operations.gauges import BACKUP_STATES
from webapp.settings import ROOT, SETTINGS

TEXT = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def section(title: str) -> list[list[str]]:
    """Cells of the table rows of a section."""
    body = TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in body.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in rows]


def test_settings() -> None:
    documented = {row[0].strip("`"): row[1] for row in section("Settings")}
    assert set(documented) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        if setting.default:
            assert documented[setting.name] == f"`{setting.default}`"


def test_settings_stand_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text()
    names = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert names == {setting.name for setting in SETTINGS} - {"DATABASE_URL"}
    for setting in SETTINGS:
        [value] = re.findall(rf"^{setting.name}=(.*)$", example, re.MULTILINE) or [""]
        assert value in {"", setting.default}, setting.name


def commands(
    one: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    nested = [a for a in one._actions if isinstance(a, argparse._SubParsersAction)]
    if not nested:
        yield words
    for action in nested:
        for name, child in action.choices.items():
            yield from commands(child, (*words, name))


def test_commands_of_the_application() -> None:
    real = {" ".join(("python -m webapp", *words)) for words in commands(parser())}
    shown = {
        next((command for command in real if row[0].strip("`").startswith(command)), row[0])
        for row in section("Commands")
        if "-m webapp" in row[0]
    }
    assert shown == real


def test_commands_of_the_backups() -> None:
    real = {words[0] for words in commands(backups())}
    stated = {
        row[0].strip("`").removeprefix("python -m backup ")
        for row in section("Commands")
        if "-m backup" in row[0]
    }
    assert stated == real
    assert described("Commands") == real


def described(title: str) -> set[str]:
    """First words of the rows of a table in docs/backups.md."""
    text = (ROOT / "docs" / "backups.md").read_text(encoding="utf-8")
    body = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([a-z]+)[ `].* \| ", body, re.MULTILINE))


def test_states_of_the_backups() -> None:
    code = (ROOT / "backup" / "status.py").read_text(encoding="utf-8")
    assert described("States") == set(re.findall(r'return "([a-z]+)",', code))
    assert described("States") == set(BACKUP_STATES)


def test_routes(app: Flask) -> None:
    documented = {row[0].strip("`"): row[1:] for row in section("Addresses")}
    rules: dict[str, set[str]] = {}
    access: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            rules.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
            access[rule.rule] = declared(app)[rule.endpoint]
    assert set(documented) == set(rules)
    for address, (methods, who, _) in documented.items():
        assert set(methods.split(", ")) == rules[address], address
        assert who.startswith("all") is (access[address] == "public"), address


def test_links_between_documents_lead_somewhere() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name} links to {target}"
