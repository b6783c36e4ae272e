from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tests.migrations.rows import fill, rows_of, those_of
from webapp import migrations
from webapp.database import Database


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(tmp_path / "ke_wp_mapping.db", create=True)


@pytest.mark.parametrize("revision", migrations.revisions())
def test_rows_of_an_earlier_revision_survive_up_down_and_up(empty: Database, revision: str) -> None:
    migrations.migrate(empty.engine, revision)
    fill(empty)
    before = rows_of(empty)
    assert before

    migrations.migrate(empty.engine, "head")
    above = rows_of(empty)
    assert those_of(above, before) == before

    migrations.migrate(empty.engine, revision)
    assert rows_of(empty) == before

    migrations.migrate(empty.engine, "head")
    assert rows_of(empty) == above
    assert migrations.current(empty.engine) == migrations.head()


def test_the_record_of_acts_cannot_be_changed_after_an_upgrade(empty: Database) -> None:
    migrations.migrate(empty.engine, "0001")
    migrations.migrate(empty.engine, "head")
    fill(empty)
    connection = dbapi2.connect(str(empty.path))
    for statement in ("UPDATE audit_event SET act = ''", "DELETE FROM audit_event"):
        with pytest.raises(dbapi2.IntegrityError, match="audit_event is append-only"):
            connection.execute(statement)
    connection.close()


def test_a_way_back_takes_the_later_tables_with_it(empty: Database) -> None:
    migrations.migrate(empty.engine, "head")
    fill(empty)
    migrations.migrate(empty.engine, "0001")
    assert "audit_event" not in rows_of(empty)
    assert len(rows_of(empty)["mapping_event"]) == 1
