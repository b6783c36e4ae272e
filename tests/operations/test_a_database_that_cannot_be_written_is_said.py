"""A database that can be read and not written is no green site on which nobody can sign in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tests.backup.privileges import IN_A_NAMESPACE, need_namespaces
from tests.conftest import SECRET, settings_in
from webapp.operations.prepare import prepare
from webapp.settings import ROOT, Settings

HEALTH = """
import json
from webapp.database import Database
from webapp.operations import health
from webapp.settings import load_settings
settings = load_settings()
checks = health.database(Database(settings.database_path)), health.sessions(settings.runtime_path)
print(json.dumps([[check.status, check.detail] for check in checks]))
"""


@pytest.fixture(params=["file", "folder", "runtime"])
def read_only(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Settings, Path]:
    """A ready installation, and what shall be read-only."""
    need_namespaces("A READ-ONLY DATABASE")
    settings = settings_in(tmp_path)
    prepare(settings)
    which = {
        "file": settings.database_path,
        "folder": settings.data_dir,
        "runtime": settings.runtime_path,
    }
    return settings, which[request.param]


def run(settings: Settings, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program where `target` is mounted read-only; the backup folder stays writable."""
    settings.backup_dir.mkdir(exist_ok=True)
    shell = (
        'mount --bind "$1" "$1" && mount --bind "$2" "$2" && mount -o remount,ro,bind "$1" && '
        'if [ -d "$1" ]; then mount --bind "$2" "$2"; fi && shift 2 && exec "$@"'
    )
    where = [*IN_A_NAMESPACE, "sh", "-c", shell, "sh", str(target), str(settings.backup_dir)]
    return subprocess.run(
        [*where, sys.executable, *words],
        cwd=ROOT,
        env={
            **os.environ,
            "FLASK_SECRET_KEY": SECRET,
            "DATA_DIR": str(settings.data_dir),
            "BACKUP_DIR": str(settings.backup_dir),
            "ENCODER": "none",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_start_says_it_and_names_no_wrong_remedy(read_only: tuple[Settings, Path]) -> None:
    settings, target = read_only
    settings.backup_dir.mkdir(exist_ok=True)
    done = run(settings, target, "-m", "webapp", "prepare")
    assert done.returncode == 1, done.stdout
    assert "must be readable and writable for user id" in done.stderr or (
        "cannot be written to" in done.stderr
    ), done.stderr
    assert "Traceback" not in done.stderr
    assert "prepare" not in done.stderr


def test_health_says_it_without_writing(read_only: tuple[Settings, Path]) -> None:
    settings, target = read_only
    keep = dbapi2.connect(str(settings.database_path))  # so that -wal and -shm are there
    keep.execute("SELECT count(*) FROM person").fetchone()
    done = run(settings, target, "-c", HEALTH)
    keep.close()
    assert done.returncode == 0, done.stderr
    database, sessions = json.loads(done.stdout)
    if target == settings.runtime_path:
        assert database[0] == "ok"
    else:
        assert database[0] == "degraded"
        assert "Nothing can be saved: " in database[1]
    if target != settings.database_path:
        assert sessions[0] == "degraded"
        assert "Nobody can sign in: " in sessions[1]
