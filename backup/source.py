"""The live database, as the backups see it: read only, in one read transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backup import facts, sqlite
from backup.errors import SourceMissing, SourceUnusable


@contextmanager
def reading(path: Path, patience: float) -> Iterator[sqlite.Connection]:
    """A connection inside one read transaction: whatever is read or copied is of one moment.

    The transaction is opened here, so a database that somebody has locked is given up after
    `patience` seconds; once it is open nobody can lock us out. Raises `SourceMissing` or
    `SourceUnusable`; a missing file is never made.
    """
    if not path.exists():
        raise SourceMissing(
            f"There is no database {path}. See that its disk is mounted and that DATABASE_PATH is "
            "right. A lost one comes back with: python -m backup restore; the first start of a new "
            "installation makes one."
        )
    connection = None
    try:
        connection = sqlite.connect(path, "ro", patience)
        connection.execute("BEGIN")
        facts.check_identity(connection, f"The database {path}")
        yield connection
    except sqlite.Error as error:
        if "locked" in str(error):
            raise SourceUnusable(
                f"The database {path} is locked by another program for more than {patience:g} s; "
                "end that program."
            ) from error
        raise SourceUnusable(
            f"The database {path} cannot be read: {error}. If that stays so, bring back a "
            "snapshot: python -m backup restore"
        ) from error
    finally:
        if connection is not None:
            connection.close()


def marks(path: Path, patience: float) -> facts.Marks:
    """How far the database has come; raises as `reading` does."""
    with reading(path, patience) as connection:
        return facts.read_marks(connection)
