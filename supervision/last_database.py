"""The database that this installation used last.

Where it is gone and no other one is in its place, a path is mistyped or a disk is not mounted, and
whoever prepared an empty database now would hide people's work. Snapshots tell that as well (see
`python -m backup check`), unless they lie on the same disk. In a container `run` is new with each
one; its paths are always the same.
"""

from __future__ import annotations

from pathlib import Path

from supervision.errors import StartError

NAME = "database"


def require(run: Path, database: Path) -> None:
    """Raise `StartError` where there was a database at the last start and there is none now."""
    try:
        last = (run / NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return
    if last and not (database.is_file() and database.stat().st_size):
        raise StartError(
            f"There is no database {database}; the last start used {last}. See that its disk is "
            "mounted and that DATA_DIR and DATABASE_PATH are right; or bring it back: python -m "
            "backup restore; or start afresh on purpose: python -m webapp prepare --afresh"
        )


def remember(run: Path, database: Path) -> None:
    """Note that this database is in use."""
    (run / NAME).write_text(f"{database}\n", encoding="utf-8")
