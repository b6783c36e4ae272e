from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from tests.conftest import settings_in
from webapp import migrations
from webapp.database import Database, DatabaseError
from webapp.operations import prepare as preparing
from webapp.operations.prepare import prepare
from webapp.suggestions.index import current_generation


def test_from_nothing_to_a_catalog_and_an_index(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    database = Database(settings.database_path)
    assert migrations.current(database.engine) == migrations.head()
    assert database.probe("SELECT COUNT(*) FROM key_event") == 68
    assert settings.runtime_path.exists()
    generation = current_generation(settings.index_dir)
    assert generation is not None
    prepare(settings)
    assert current_generation(settings.index_dir) == generation, "an index that fits is built again"
    assert database.probe("SELECT COUNT(*) FROM source_release") == 1


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    database = Database(settings.database_path)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="schema 9999, which this version does not know"):
        prepare(settings)


def test_a_migration_waits_for_a_snapshot_and_a_failed_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    taken: list[Path] = []
    monkeypatch.setattr(preparing, "snapshot", lambda one: taken.append(one.database_path))
    monkeypatch.setattr(migrations, "head", lambda: "0002")

    def broken(*args: object) -> None:
        raise RuntimeError("column exists")

    monkeypatch.setattr(migrations, "migrate", broken)
    with pytest.raises(DatabaseError, match=r"it is unchanged\. The reason: column exists"):
        prepare(settings)
    assert taken == [settings.database_path]
    connection = dbapi2.connect(str(settings.database_path))
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    connection.close()
