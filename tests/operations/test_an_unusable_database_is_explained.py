"""What is wrong with the database is said with the setting, the reason and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import settings_in
from webapp.__main__ import main
from webapp.operations.prepare import prepare
from webapp.settings import Settings

COMMANDS = [
    ["prepare"],
    ["sign-in-link", "--name", "Ann", "--role", "admin"],
    ["suggest", "1513"],
]


def folder(settings: Settings) -> None:
    settings.database_path.mkdir(parents=True)


def text(settings: Settings) -> None:
    settings.data_dir.mkdir()
    settings.database_path.write_text("Dear diary,\n" * 200)


def damaged(settings: Settings) -> None:
    prepare(settings)
    size = settings.database_path.stat().st_size
    with settings.database_path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))


def parent_is_a_file(settings: Settings) -> None:
    settings.data_dir.write_text("not a folder")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("spoil", "setting", "remedy"),
    [
        (folder, "DATABASE_PATH", "folder"),
        (text, "DATABASE_PATH", "python -m backup restore"),
        (damaged, "DATABASE_PATH", "python -m backup restore"),
        (parent_is_a_file, "DATABASE_PATH or DATA_DIR", "correct"),
    ],
)
def test_in_one_sentence_with_the_remedy(
    spoil: Callable[[Settings], None],
    setting: str,
    remedy: str,
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = settings_in(tmp_path, BACKUP_DIR=str(tmp_path / "backups"))
    spoil(settings)
    monkeypatch.setattr("webapp.__main__.load_settings", lambda: settings)
    capsys.readouterr()
    assert main(command) != 0
    error = capsys.readouterr().err
    assert setting in error, error
    assert remedy in error, error
    assert "Traceback" not in error


def test_a_missing_one_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path / "dta")
    monkeypatch.setattr("webapp.__main__.load_settings", lambda: settings)
    assert main(["sign-in-link", "--name", "Ann", "--role", "admin"]) == 1
    assert f"There is no database {settings.database_path}" in capsys.readouterr().err
    assert not (tmp_path / "dta").exists()
