"""One row for every table of a database, whatever its schema: enough to see that rows survive."""

from __future__ import annotations

import re
from typing import Any

from pysqlite3 import dbapi2

from webapp.database import Database

Rows = dict[str, list[dict[str, Any]]]


def fill(database: Database) -> None:
    """Add a row to every table, of the text 1 in every column, so that all keys meet.

    A column that allows certain words only holds the first of them.
    """
    connection = dbapi2.connect(str(database.path))
    try:
        for table in tables(connection):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            words = allowed_words(connection, table)
            values = [words.get(column, "1") for column in columns]
            marks = ",".join("?" * len(columns))
            connection.execute(
                f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", values
            )
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.commit()
    finally:
        connection.close()


def rows_of(database: Database) -> Rows:
    """All rows of all tables."""
    connection = dbapi2.connect(str(database.path))
    try:
        found: Rows = {}
        for table in tables(connection):
            cursor = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
        return found
    finally:
        connection.close()


def allowed_words(connection: Any, table: str) -> dict[str, str]:
    """The first word that each checked column of a table allows."""
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return dict(re.findall(r"CHECK \((\w+) IN \('([^']+)'", sql))


def tables(connection: Any) -> list[str]:
    """Names of our tables, without Alembic's own."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name != 'alembic_version' ORDER BY name"
    )
    return [name for (name,) in found]


def those_of(rows: Rows, before: Rows) -> Rows:
    """What of some rows was there before, without tables and columns that came later."""
    return {
        table: [
            {name: row[name] for name in old} for row, old in zip(rows[table], known, strict=True)
        ]
        for table, known in before.items()
    }
