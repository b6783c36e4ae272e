"""Settings come from the environment, then from .env, then from the default."""

from pathlib import Path

import pytest

from supervision.errors import StartError
from supervision.settings import Settings


def settings(root: Path, file: str = "", **environment: str) -> Settings:
    if file:
        (root / ".env").write_text(file)
    return Settings(root, environment)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert settings(tmp_path, "PORT=5001\n", PORT="5002").port == 5002
    assert settings(tmp_path).port == 5001


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    found = settings(tmp_path, "PORT=\nHOST=\n", PORT="", LOG_DIR="")

    assert (found.host, found.port) == ("0.0.0.0", 5000)
    assert found.log_dir == tmp_path / "logs"


def test_the_backups_lie_in_the_data_folder(tmp_path: Path) -> None:
    assert settings(tmp_path).backup_dir == tmp_path / "data" / "backups"
    assert settings(tmp_path, DATA_DIR="/srv/d").backup_dir == Path("/srv/d/backups")
    assert settings(tmp_path, BACKUP_DIR="b").backup_dir == tmp_path / "b"


def test_the_file_is_taken_literally(tmp_path: Path) -> None:
    assert settings(tmp_path, "LOG_DIR=${HOME}/logs\n").text("LOG_DIR", "") == "${HOME}/logs"


@pytest.mark.parametrize("value", ["0", "65536", "http", "5000.0"])
def test_a_wrong_number_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(StartError) as refused:
        _ = settings(tmp_path, PORT=value).port

    assert str(refused.value) == (
        f"PORT is {value!r} and cannot be used: give a whole number from 1 to 65535."
    )


def test_wrong_words_are_named(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^A is 'maybe' and cannot be used: give yes or no.$"):
        settings(tmp_path, A="maybe").yes_no("A", True)
    with pytest.raises(StartError, match=r"^B is 'x' and cannot be used: give one of y, z.$"):
        settings(tmp_path, B="x").one_of("B", "y", ("y", "z"))


def test_yes_and_no_have_many_names(tmp_path: Path) -> None:
    for value in ("yes", "True", "1", "on"):
        assert settings(tmp_path, A=value).yes_no("A", False)
    for value in ("no", "FALSE", "0", "off"):
        assert not settings(tmp_path, A=value).yes_no("A", True)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe")

    with pytest.raises(StartError, match=r"\.env cannot be read"):
        Settings(tmp_path, {})
