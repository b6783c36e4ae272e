"""`make run PORT=5001` tells its programs alone; commands in another terminal ask the site."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from backup.settings import load_settings as load_backup_settings
from supervision import given
from webapp.settings import load_settings


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` with other values than those with which a site was started beside it."""
    run = tmp_path / "run"
    run.mkdir()
    monkeypatch.setenv("PORT", "5611")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("FLASK_SECRET_KEY", "never to be written down anywhere")
    given.note(run)
    (run / "lock").write_text("1\n")
    file = tmp_path / ".env"
    file.write_text("PORT=5000\nHOST=127.0.0.1\nDATA_DIR=data\n")
    return file


def test_while_it_runs(env_file: Path) -> None:
    with (env_file.parent / "run" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings = load_settings({}, env_file)
        assert settings.address == "http://localhost:5611"
        assert settings.sources["PORT"] == "running site"
        assert settings.sources["HOST"] == ".env"
        assert settings.data_dir == env_file.parent / "elsewhere"
        assert load_backup_settings({}, env_file).folder == settings.backup_dir
        assert load_settings({"PORT": "5002"}, env_file).port == 5002, "what is typed wins"


def test_once_it_has_ended_or_was_killed(env_file: Path) -> None:
    assert load_settings({}, env_file).address == "http://localhost:5000"
    assert load_backup_settings({}, env_file).folder.name == "backups"
    assert "elsewhere" not in str(load_backup_settings({}, env_file).folder)


def test_no_secret_is_written_down(env_file: Path) -> None:
    assert "FLASK_SECRET_KEY" not in (env_file.parent / "run" / given.NAME).read_text()
