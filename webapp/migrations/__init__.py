"""Alembic's migrations of the main database.

May import `database` and, to compare, the rooms' models. Everything runs over a connection that
the caller passes in, so that a migration is one transaction.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this version of the application knows."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def revisions() -> list[str]:
    """All revisions, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [revision.revision for revision in script.walk_revisions()][::-1]


def current(engine: Engine) -> str | None:
    """The revision of a database, or None where it has no tables of ours yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision in one transaction; on an error it stays as it was.

    Foreign keys are off meanwhile, because SQLite rebuilds a table to change it
    (https://sqlite.org/lang_altertable.html, section 7); they are checked before the commit.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            if _position(connection, revision) >= 0:
                command.upgrade(alembic_config(connection), revision)
            else:
                command.downgrade(alembic_config(connection), revision)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration broke {len(broken)} foreign keys: {broken[:3]}")
            connection.commit()
        finally:
            connection.rollback()
            connection.invalidate()


def _position(connection: Connection, revision: str) -> int:
    """1 where `revision` lies ahead of the database, 0 where it is there, -1 where behind."""
    if revision == "head":
        return 1
    if revision == "base":
        return -1
    known = revisions()
    now = MigrationContext.configure(connection).get_current_revision()
    here = known.index(now) if now else -1
    return (known.index(revision) > here) - (known.index(revision) < here)
