"""A later version starts: a verified snapshot, then the migration; or all stays as it was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import settings_in
from tests.migrations.rows import fill, rows_of, those_of
from tests.operations.version import REVISION, LaterVersion
from webapp import migrations
from webapp.database import Database, DatabaseError
from webapp.operations.prepare import migrate
from webapp.settings import Settings


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifests(settings: Settings) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in settings.backup_dir.glob("ke_wp_*.json")]


def revision_of(settings: Settings) -> str:
    return str(Database.look(settings.database_path, "SELECT version_num FROM alembic_version"))


def test_the_snapshot_holds_what_was_there_before(settings: Settings, tmp_path: Path) -> None:
    later = LaterVersion(tmp_path / "later", settings)
    done = later.prepare()
    assert done.returncode == 0, done.stderr
    assert revision_of(settings) == REVISION
    [manifest] = manifests(settings)
    assert manifest["verdict"] == "verified"
    assert manifest["reason"] == "before a migration"
    assert manifest["schema"] == migrations.head()
    assert later.prepare().returncode == 0
    assert len(manifests(settings)) == 1, "a start that changes nothing needs no snapshot"

    # The way back: the version from before refuses, and goes on after a restore.
    with pytest.raises(DatabaseError, match=f"schema {REVISION}, which this version does not know"):
        migrate(settings.database_path)
    restored = later.run("backup", "restore", manifest["file"])
    assert restored.returncode == 0, restored.stderr
    migrate(settings.database_path)
    assert revision_of(settings) == migrations.head()


@pytest.mark.parametrize(
    ("then", "code", "reason"),
    [
        ("op.create_table('mapping')", 1, "table mapping already exists"),
        ("op.execute('DELETE FROM source_release')", 1, "the migration broke"),
        ("{}['colour']", 1, "'colour'"),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9, ""),
    ],
    ids=["a statement", "a reference", "code", "a kill"],
)
def test_a_migration_that_fails_half_way_changes_no_byte(
    settings: Settings, tmp_path: Path, then: str, code: int, reason: str
) -> None:
    before, rows = digest(settings.database_path), rows_of(Database(settings.database_path))

    done = LaterVersion(tmp_path / "later", settings, then).prepare()

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if reason:
        [line] = [line for line in done.stderr.splitlines() if "could not be brought" in line]
        assert f"from schema {migrations.head()} to {REVISION} and is unchanged" in line
        assert reason in line
    assert digest(settings.database_path) == before
    assert [one["verdict"] for one in manifests(settings)] == ["verified"]
    # The version from before goes on as if nothing had been.
    migrate(settings.database_path)
    assert revision_of(settings) == migrations.head()
    assert rows_of(Database(settings.database_path)) == rows


def test_without_a_snapshot_nothing_is_migrated(settings: Settings, tmp_path: Path) -> None:
    before = digest(settings.database_path)
    in_the_way = tmp_path / "a file"
    in_the_way.touch()

    done = LaterVersion(tmp_path / "later", settings).prepare(BACKUP_DIR=str(in_the_way))

    assert done.returncode == 1
    assert "it is a file; name a folder" in done.stderr
    assert digest(settings.database_path) == before


def test_a_damaged_database_is_not_migrated(settings: Settings, tmp_path: Path) -> None:
    with Database(settings.database_path).read() as session:
        connection = session.connection()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        page = connection.exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'target_gene'"
        ).scalar_one()
    with settings.database_path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    before = digest(settings.database_path)

    done = LaterVersion(tmp_path / "later", settings).prepare()

    assert done.returncode == 1
    assert "was not migrated because no snapshot could be taken first" in done.stderr
    assert digest(settings.database_path) == before
    assert manifests(settings) == []


def test_a_snapshot_of_the_first_schema_comes_back_and_is_brought_up(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    database = Database(settings.database_path, create=True)
    migrations.migrate(database.engine, migrations.revisions()[0])
    fill(database)
    rows = rows_of(database)
    database.close()
    now = LaterVersion(tmp_path / "later", settings)
    taken = now.run("backup", "now")
    assert taken.returncode == 0, taken.stderr
    [old] = manifests(settings)
    migrate(settings.database_path)
    assert revision_of(settings) == migrations.head()

    restored = now.run("backup", "restore", old["file"])

    assert restored.returncode == 0, restored.stderr
    assert revision_of(settings) == migrations.revisions()[0]
    migrate(settings.database_path)
    assert revision_of(settings) == migrations.head()
    found = rows_of(Database(settings.database_path))
    assert those_of(found, rows) == rows
