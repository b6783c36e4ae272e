"""One flipped bit inside text, which SQLite's own checks pass over, reaches `/health`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tests.backup.installation import PATIENCE, Installation, wait_until
from tests.conftest import Member
from webapp.settings import Settings


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    """The backups of the application that these tests ask."""
    made = Installation(
        tmp_path, DATABASE_PATH=str(settings.database_path), BACKUP_DIR=str(settings.backup_dir)
    )
    made.database, made.folder_path = settings.database_path, settings.backup_dir
    yield made
    made.close()


def test_it_is_found_within_a_day_and_named(site: Installation, anonymous: Member) -> None:
    rotten, good = site.take(), site.take()
    yesterday = rotten.checked_at - timedelta(hours=25)
    site.folder.write(rotten.checked(yesterday, None))
    scheduler = site.start_fast()
    wait_until("it is checked", lambda: site.folder.snapshots()[1].checked_at > yesterday)
    wait_until("all is well", lambda: backups(anonymous)[1] == "ok")

    flip_one_bit(site.folder_path / rotten.file, b"Apoptosis")
    site.folder.write(rotten.checked(yesterday, None))
    status, word, detail = wait_until("the alarm", lambda: alarm(anonymous)) or (0, "", "")
    assert (status, word) == (200, "degraded")
    assert rotten.file in detail
    assert "no longer match their manifests" in detail
    assert good.file not in detail
    assert anonymous.get("/health").json["status"] == "degraded"  # type: ignore[index]

    (site.folder_path / rotten.file).unlink()
    wait_until("the end of the alarm", lambda: backups(anonymous)[1] == "ok")
    scheduler.terminate()
    scheduler.communicate(timeout=PATIENCE)


def flip_one_bit(file: Path, text: bytes) -> None:
    """Flip the lowest bit of the first letter of `text`; SQLite must find nothing wrong."""
    data = bytearray(file.read_bytes())
    data[data.index(text)] ^= 1
    file.write_bytes(data)
    connection = dbapi2.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def backups(member: Member) -> tuple[int, str, str]:
    answer = member.get("/health")
    part = answer.json["components"]["backup"]  # type: ignore[index]
    return answer.status_code, part["status"], part["detail"]


def alarm(member: Member) -> tuple[int, str, str] | None:
    found = backups(member)
    return found if found[1] == "degraded" else None
