from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import update

from tests.conftest import Member, settings_in
from webapp.catalog.models import Target
from webapp.database import Database
from webapp.operations import health
from webapp.settings import Settings


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat().replace("+00:00", "Z")


def write_status(settings: Settings, **given: object) -> None:
    settings.backup_dir.mkdir(exist_ok=True)
    status = {
        "state": "ok",
        "reason": None,
        "written_at": ago(seconds=5),
        "last_verified": {"file": "ke_wp_mapping_20260101_020000.db", "finished_at": ago(hours=3)},
        **given,
    }
    (settings.backup_dir / "status.json").write_text(json.dumps(status))


def component(member: Member, name: str) -> tuple[int, str, str]:
    answer = member.get("/health")
    part = answer.json["components"][name]  # type: ignore[index]
    return answer.status_code, part["status"], part["detail"]


def test_every_component_is_named(anonymous: Member) -> None:
    report = anonymous.get("/health").json
    assert report is not None
    assert list(report["components"]) == [
        "database",
        "catalog",
        "sessions",
        "suggestions",
        "search",
        "backup",
        "disk",
    ]
    assert report["status"] in {"ok", "degraded"}
    assert "SQLite 3." in report["components"]["database"]["detail"]


def test_backups_that_are_well(anonymous: Member, settings: Settings) -> None:
    write_status(settings)
    status, word, detail = component(anonymous, "backup")
    assert (status, word) == (200, "ok")
    assert "3.0 hours old" in detail


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"written_at": ago(minutes=30)}, "silent since"),
        ({"state": "failed", "reason": "disk full"}, "failed: disk full"),
        ({"state": "missed", "reason": "the slot of 02:00"}, "missed"),
        ({"last_verified": None}, "no verified snapshot"),
        ({"last_verified": "x"}, "cannot be read"),
        ({"written_at": "2026-01-01T00:00:00"}, "cannot be read"),
    ],
)
def test_backups_that_need_a_person(
    anonymous: Member, settings: Settings, given: dict[str, object], sentence: str
) -> None:
    write_status(settings, **given)
    status, word, detail = component(anonymous, "backup")
    assert (status, word) == (200, "degraded")
    assert sentence in detail


def test_an_unreadable_status_is_degraded(anonymous: Member, settings: Settings) -> None:
    settings.backup_dir.mkdir()
    (settings.backup_dir / "status.json").write_text("{")
    assert component(anonymous, "backup")[1] == "degraded"


def test_an_empty_catalog_is_degraded(anonymous: Member, database: Database) -> None:
    with database.write() as session:
        session.execute(update(Target).values(retired_at="2026-01-01T00:00:00Z"))
    assert component(anonymous, "catalog")[:2] == (200, "degraded")


def test_a_broken_database_is_failing(anonymous: Member, settings: Settings, app: Flask) -> None:
    app.extensions["kewp.database"].close()
    for suffix in ("-wal", "-shm"):
        Path(f"{settings.database_path}{suffix}").unlink(missing_ok=True)
    settings.database_path.write_bytes(b"not a database" * 1000)
    assert component(anonymous, "database")[:2] == (503, "failing")


def test_it_answers_at_once_while_the_database_is_locked(
    anonymous: Member, settings: Settings, app: Flask
) -> None:
    app.extensions["kewp.database"].close()
    holder = dbapi2.connect(str(settings.database_path), isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")  # with this mode readers are shut out too, also in WAL
    started = time.monotonic()
    answer = anonymous.get("/health")
    elapsed = time.monotonic() - started
    holder.close()
    assert answer.status_code == 503
    assert "locked" in answer.text
    assert elapsed < 4, "it waits for no busy timeout"


def test_lost_sessions_are_degraded_until_somebody_signs_in(
    anonymous: Member, settings: Settings, sign_in: Callable[[str, str], Member]
) -> None:
    assert component(anonymous, "sessions")[:2] == (200, "ok")
    settings.runtime_path.write_bytes(b"not a database" * 1000)
    assert component(anonymous, "sessions")[:2] == (200, "degraded")
    sign_in("Ada", "curator")
    assert component(anonymous, "sessions")[2] == "Browsers signed in: 1."


def test_little_room_on_the_disk_is_degraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    assert health.disk(settings).status == "degraded", "there are no folders at all"
    settings.data_dir.mkdir()
    monkeypatch.setattr(health, "MIN_FREE_BYTES", 10**18)
    found = health.disk(settings)
    assert found.status == "degraded"
    assert found.detail.startswith(f"Make room: the disk of {settings.data_dir} has ")
    monkeypatch.setattr(health, "FULL_BYTES", 10**18)
    assert health.disk(settings).detail == (
        f"Make room: the disk of {settings.data_dir} is full and nothing can be saved."
    )
