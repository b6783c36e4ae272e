"""`python -m webapp settings` lists each setting, where it is from, and no secret."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from tests.conftest import SECRET
from webapp.operations.cli import show_settings
from webapp.settings import SETTINGS, Settings, load_settings


@pytest.fixture
def mixed(tmp_path: Path) -> Settings:
    """Settings of every source, three of them secrets."""
    (tmp_path / "token").write_text("a-token-of-the-monitor\n")
    file = tmp_path / ".env"
    file.write_text(f"PORT=5001\nMETRICS_TOKEN_FILE={tmp_path / 'token'}\n")
    return load_settings(
        {
            "FLASK_SECRET_KEY": SECRET,
            "RATELIMIT_STORAGE_URI": "redis://:hunter2@localhost/0",
            "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
        },
        file,
    )


def test_as_json(mixed: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    show_settings(argparse.Namespace(json=True), mixed)
    out = capsys.readouterr().out
    listed = {one["name"]: one for one in json.loads(out)}
    assert list(listed) == [setting.name for setting in SETTINGS]
    assert {name: one["source"] for name, one in listed.items()} == {
        setting.name: {
            "FLASK_SECRET_KEY": "environment",
            "RATELIMIT_STORAGE_URI": "environment",
            "TRUSTED_PROXIES": "environment",
            "PORT": ".env",
            "METRICS_TOKEN": "file",
        }.get(setting.name, "default")
        for setting in SETTINGS
    }
    assert listed["PORT"]["value"] == "5001"
    assert listed["TRUSTED_PROXIES"]["value"] == "127.0.0.1, 10.0.0.0/8"
    assert (listed["FLASK_SECRET_KEY"]["value"], listed["FLASK_SECRET_KEY"]["secret"]) == (
        "(set)",
        True,
    )
    assert listed["BACKUP_PING_URL"]["value"] == ""
    for secret in (SECRET, "hunter2", "a-token"):
        assert secret not in out


def test_as_lines(mixed: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    show_settings(argparse.Namespace(json=False), mixed)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("=")[0] for line in lines] == [setting.name for setting in SETTINGS]
    assert "PORT=5001\t# .env" in lines
    assert "METRICS_TOKEN=(set)\t# file" in lines
