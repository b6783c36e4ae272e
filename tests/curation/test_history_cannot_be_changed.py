"""Not by the application's own connections, whatever statement they send."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.conftest import Member, propose
from webapp.curation.models import IMMUTABLE_TABLES
from webapp.database import Database


@pytest.mark.parametrize("table", IMMUTABLE_TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
def test_each_way_is_refused(
    curator: Member, database: Database, table: str, statement: str
) -> None:
    propose(curator)
    with database.read() as session:
        before = session.execute(text(f"SELECT * FROM {table}")).all()
    assert before
    with pytest.raises(DatabaseError, match="is append-only"), database.write() as session:
        session.execute(text(statement.format(table=table)))
    with database.read() as session:
        assert session.execute(text(f"SELECT * FROM {table}")).all() == before
