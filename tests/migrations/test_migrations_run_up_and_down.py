from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pysqlite3 import dbapi2
from sqlalchemy.exc import DatabaseError

import webapp.curation.models
import webapp.suggestions.models  # noqa: F401 - the comparison needs every table
from webapp import migrations
from webapp.database import APPLICATION_ID, Base, Database


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(tmp_path / "ke_wp_mapping.db", create=True)


def test_from_every_revision_to_the_newest_and_back(empty: Database) -> None:
    for revision in ["base", *migrations.revisions()]:
        migrations.migrate(empty.engine, revision)
        migrations.migrate(empty.engine, "head")
        assert migrations.current(empty.engine) == migrations.head()
        migrations.migrate(empty.engine, revision)
        expected = None if revision == "base" else revision
        assert migrations.current(empty.engine) == expected
    migrations.migrate(empty.engine, "base")
    assert _tables(empty) == {"alembic_version"}


def test_the_newest_revision_is_what_the_models_say(empty: Database) -> None:
    migrations.migrate(empty.engine)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_the_file_is_marked_as_ours(empty: Database) -> None:
    migrations.migrate(empty.engine)
    assert empty.probe("PRAGMA application_id") == APPLICATION_ID


def test_a_failed_migration_leaves_the_database_as_it_was(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.migrate(empty.engine)
    before = _dump(empty)

    def break_half_way(config: object, revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP TABLE mapping_event")
        connection.exec_driver_sql("CREATE TABLE key_event (id)")

    monkeypatch.setattr("webapp.migrations.command.upgrade", break_half_way)
    with pytest.raises(DatabaseError, match="already exists"):
        migrations.migrate(empty.engine)
    assert _dump(empty) == before


@pytest.mark.parametrize("table", ["mapping_event", "mapping_version", "assessment", "audit_event"])
def test_history_refuses_to_be_changed(database: Database, table: str) -> None:
    connection = dbapi2.connect(str(database.path))
    connection.execute("PRAGMA foreign_keys=OFF")
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    fill = {"predicate": "skos:closeMatch", "confidence": "high", "relationship": None, "id": 1}
    values = [fill.get(column, "[]") for column in columns]
    connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})", values)
    for statement in (f"UPDATE {table} SET id = 7", f"DELETE FROM {table}"):
        with pytest.raises(dbapi2.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def _tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row[0] for row in rows}


def _dump(database: Database) -> list[object]:
    connection = dbapi2.connect(str(database.path))
    try:
        schema = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return [*schema, *version]
    finally:
        connection.close()
