"""What can be told of a database: schema, rows, newest change.

A snapshot must show the same facts as the database it was taken of, to the row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from backup.errors import SourceMissing, SourceUnusable
from backup.sqlite import Connection

APPLICATION_ID = 0x4B455750
"""`PRAGMA application_id` of our databases: the letters KEWP."""

EXPECTED_TABLES = frozenset(
    "alembic_version aop key_event mapping mapping_event mapping_version person source_release "
    "target".split()
)
"""Tables without which a file is not our database, in every version of the schema."""


@dataclass(frozen=True)
class Marks:
    """How far the database has come; whenever one of the two moves, there is something to back up.

    `event` is the newest id of `mapping_event`, `release` that of `source_release`; 0 for none.
    """

    event: int
    release: int


@dataclass(frozen=True)
class Facts:
    """What is the same in a database and in its copy."""

    schema: str
    marks: Marks
    page_size: int
    page_count: int
    rows: dict[str, int]

    @property
    def bytes(self) -> int:
        """Size of the database without its WAL."""
        return self.page_size * self.page_count

    def differences(self, other: Facts) -> list[str]:
        """Where `other` differs, in words; empty where it does not."""
        pairs: list[tuple[str, object, object]] = [
            ("schema revision", self.schema, other.schema),
            ("newest history event", self.marks.event, other.marks.event),
            ("newest catalog release", self.marks.release, other.marks.release),
            ("size in pages", self.page_count, other.page_count),
        ]
        for table in sorted(self.rows.keys() | other.rows.keys()):
            pairs.append((f"rows of {table}", self.rows.get(table), other.rows.get(table)))
        return [f"{what} {here} became {there}" for what, here, there in pairs if here != there]


def check_identity(connection: Connection, name: str) -> None:
    """See that this is one of our databases; `name` is what the sentences call it.

    Raises `SourceMissing` for an empty one, `SourceUnusable` for a foreign one.
    """
    tables = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }
    if not tables:
        raise SourceMissing(
            f"{name} is empty: it has no tables. A lost one comes back with: python -m backup "
            "restore; the first start of a new installation makes one."
        )
    application = _value(connection, "PRAGMA application_id")
    if application != APPLICATION_ID:
        raise SourceUnusable(
            f"{name} is not a database of KE-WP Mapping (its application_id is {application:#x}, "
            f"not {APPLICATION_ID:#x}); see DATABASE_PATH."
        )
    missing = EXPECTED_TABLES - tables
    if missing:
        raise SourceUnusable(f"{name} lacks the tables {', '.join(sorted(missing))}.")


def read_marks(connection: Connection) -> Marks:
    """The newest ids; two look-ups, whatever the size."""
    return Marks(
        event=_value(connection, "SELECT max(id) FROM mapping_event") or 0,
        release=_value(connection, "SELECT max(id) FROM source_release") or 0,
    )


def event_digest(connection: Connection, event: int) -> str:
    """A digest of the history event with that id; empty where there is none.

    Of columns that never change and that every version of the schema has.
    """
    columns = {row[1] for row in connection.execute("PRAGMA table_info(mapping_event)")}
    wanted = ", ".join(one for one in ("id", "mapping_id", "at", "action") if one in columns)
    statement = f"SELECT {wanted} FROM mapping_event WHERE id = ?"  # noqa: S608 - our own names
    row = connection.execute(statement, (event,)).fetchone()
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16] if row else ""


def read_facts(connection: Connection) -> Facts:
    """All facts; counts every table. Call it in one read transaction with what it is about."""
    tables = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
        )
    ]
    counting = "SELECT count(*) FROM "
    rows = {table: _value(connection, counting + _quoted(table)) for table in tables}
    return Facts(
        schema=str(_value(connection, "SELECT group_concat(version_num) FROM alembic_version")),
        marks=read_marks(connection),
        page_size=_value(connection, "PRAGMA page_size"),
        page_count=_value(connection, "PRAGMA page_count"),
        rows=rows,
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(connection: Connection, statement: str) -> Any:
    return connection.execute(statement).fetchone()[0]
