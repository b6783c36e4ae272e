"""`NAME_FILE` names a file that holds a secret, as Docker and systemd hand them over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backup.errors import SettingsError as BackupSettingsError
from backup.settings import load_settings as load_backup_settings
from tests.conftest import SECRET
from webapp.settings import ROOT, SETTINGS, SettingsError, load_settings

SECRETS = {
    "FLASK_SECRET_KEY": SECRET,
    "METRICS_TOKEN": "a-token-of-the-monitor",
    "BACKUP_PING_URL": "https://hc.example.org/ping/1",
    "RATELIMIT_STORAGE_URI": "redis://:hunter2@localhost:6379/0",
}


@pytest.mark.parametrize(
    "name", [one.name for one in SETTINGS if one.secret and one.name != "DATABASE_URL"]
)
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_every_secret_may(name: str, place: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    value = SECRETS.get(name, "any-text-that-is-a-secret")
    secret.write_text(f"{value}\r\n")
    line = {f"{name}_FILE": str(secret)}
    beside = {}
    if name.endswith("_CLIENT_SECRET"):  # a provider without an id is refused
        beside = {name.replace("SECRET", "ID"): "an-id"}
    env_file = tmp_path / ".env"
    if place == ".env":
        env_file.write_text(f"{name}_FILE={secret}\n{name}=\n")
    settings = load_settings({**beside, **(line if place == "environment" else {})}, env_file)
    assert settings.texts[name] == value
    assert settings.sources[name] == "file"


def test_the_backups_read_theirs(tmp_path: Path) -> None:
    (tmp_path / "ping").write_text("https://hc.example.org/ping/1\n")
    given = {"BACKUP_PING_URL_FILE": str(tmp_path / "ping")}
    assert load_backup_settings(given, None).ping_url == "https://hc.example.org/ping/1"
    with pytest.raises(BackupSettingsError, match="both set"):
        load_backup_settings({**given, "BACKUP_PING_URL": "https://x.example"}, None)
    with pytest.raises(BackupSettingsError, match="cannot be read: No such file"):
        load_backup_settings({"BACKUP_PING_URL_FILE": str(tmp_path / "nothing")}, None)


def test_what_is_nearer_wins_over_a_file_named_further_away(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("METRICS_TOKEN_FILE=/nowhere/at/all\n")
    given = {"METRICS_TOKEN": "a-token-of-the-monitor"}
    assert load_settings(given, env_file).metrics_token == given["METRICS_TOKEN"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "which cannot be read: No such file"),
        (b"", "which is empty"),
        (b"\n", "which is empty"),
        (b"\xff" * 40, "which cannot be read: it holds no text"),
        (b"x" * 5000, "which is far too long for a secret"),
        (b"hunter2", "FLASK_SECRET_KEY cannot be used"),
    ],
)
def test_one_sentence_names_the_file(content: bytes | None, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        load_settings({"FLASK_SECRET_KEY_FILE": str(file)}, env_file=None)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_both_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set \\(environment\\): remove one"):
        load_settings({"FLASK_SECRET_KEY": SECRET, "FLASK_SECRET_KEY_FILE": "x"}, env_file=None)


def test_make_env_writes_no_secret_beside_a_file(tmp_path: Path) -> None:
    text = "FLASK_SECRET_KEY_FILE=/run/secrets/key\nFLASK_SECRET_KEY=\n"
    (tmp_path / ".env").write_text(text)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_env.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "in a file" in done.stdout
    assert (tmp_path / ".env").read_text() == text
