"""What is wrong with `.env` ends each program with one sentence, never with a traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backup.errors import SettingsError as BackupSettingsError
from backup.settings import load_settings as load_backup_settings
from supervision.errors import StartError
from supervision.settings import Settings as SupervisionSettings
from webapp.settings import ROOT, SettingsError, load_settings


@pytest.mark.parametrize("module", [("webapp", "prepare"), ("webapp", "settings")])
def test_a_missing_secret_is_one_sentence(module: tuple[str, str], tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "FLASK_SECRET_KEY"}
    # This checkout may have a .env, with a secret, once somebody ran the site in it.
    checkout = tmp_path / "checkout"
    leave_out = shutil.ignore_patterns("vendor", "__pycache__")
    shutil.copytree(ROOT / "webapp", checkout / "webapp", ignore=leave_out)
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=checkout,
        env=environment | {"DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if module[1] == "settings":
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("FLASK_SECRET_KEY is not set: run `make env`")
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "data").exists(), "nothing is made before the settings are right"


def spoil(file: Path, how: str) -> str:
    """Make `file` unusable; returns what the sentence must say."""
    if how == "folder":
        file.mkdir()
        return f"{file} cannot be read: Is a directory."
    if how == "bytes":
        file.write_bytes(b"PORT=\xff\n")
        return f"{file} cannot be read: "
    file.write_text("PORT=5001\n\nthis is no setting\nHOST=127.0.0.1\n")
    return f"Line 3 of {file} cannot be read: write NAME=value, or # before a remark."


@pytest.mark.parametrize("how", ["folder", "bytes", "line"])
def test_all_three_readers_name_the_file_and_the_line(how: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    sentence = spoil(file, how)
    with pytest.raises(SettingsError) as first:
        load_settings({}, file)
    with pytest.raises(BackupSettingsError) as second:
        load_backup_settings({}, file)
    with pytest.raises(StartError) as third:
        SupervisionSettings(tmp_path, {})
    for raised in (first, second, third):
        assert str(raised.value).startswith(sentence)
        assert "\n" not in str(raised.value)


def test_no_file_at_all_is_fine(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path / ".env").port == 5000
    assert load_backup_settings({}, tmp_path / ".env").retention_days == 7
    assert SupervisionSettings(tmp_path, {}).port == 5000
