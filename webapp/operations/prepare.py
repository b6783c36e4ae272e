"""Make the database ready: see that its disk will do, snapshot, migrate, catalog, index."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy.exc import DBAPIError

from webapp import migrations
from webapp.accounts.runtime import open_runtime
from webapp.catalog.importer import catalog_is_empty, import_starter
from webapp.catalog.lock import ImportRefused
from webapp.catalog.sources.files import SourceError
from webapp.database import APPLICATION_ID, Database, DatabaseError, explain, make_private
from webapp.operations import after_restore
from webapp.search.events import refresh_search
from webapp.settings import ROOT, Settings
from webapp.suggestions.builder import BuildRunning
from webapp.suggestions.events import refresh_index

log = logging.getLogger(__name__)


def prepare(settings: Settings, *, afresh: bool = False) -> None:
    """Bring the installation to where it can serve; does nothing that is done already.

    Raises `DatabaseError` where the database cannot be made ready; it is then as it was before. A
    database that is missing where there are snapshots is made only if `afresh` says so.
    """
    check(settings, afresh=afresh)
    try:
        settings.database_path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(explain(settings.database_path, error)) from error
    migrate(settings.database_path, lambda: snapshot(settings))
    runtime = open_runtime(settings.runtime_path)
    runtime.require_writable()
    for path in (settings.database_path, settings.runtime_path):
        make_private(path)
    database = Database(settings.database_path)
    after_restore.settle(settings, database, runtime)
    if catalog_is_empty(database):
        log.info("The catalog is empty; loading the starter catalog.")
        try:
            import_starter(settings)
        except (ImportRefused, SourceError) as error:
            raise DatabaseError(f"The starter catalog could not be loaded: {error}") from error
    database.close()
    refresh_search(settings)
    try:
        refresh_index(settings)
    except BuildRunning as error:
        log.warning("%s", error)


def migrate(path: Path, before: Callable[[], None] = lambda: None) -> None:
    """Bring the database `path` to this version's schema; calls `before` if that changes anything.

    Raises `DatabaseError` where it is not ours or the migration failed. Not a byte of it has
    changed then, and the version that wrote it can go on with it.
    """
    existed = path.exists()
    if existed:
        _require_ours(path)
    database = Database(path, create=True)
    try:
        now = migrations.current(database.engine)
        head = migrations.head()
        if now == head:
            database.require_writable()
            return
        if now is not None and now not in migrations.revisions():
            raise DatabaseError(
                f"The database {path} has schema {now}, which this version does not know; start "
                "the version that wrote it, or restore a snapshot from before."
            )
        if existed and now is not None:
            before()
        try:
            migrations.migrate(database.engine)
        except Exception as error:  # a migration is code and can fail like any other
            raise DatabaseError(
                f"The database {path} could not be brought from schema {now or 'none'} to {head} "
                "and is unchanged, so the version from before can go on with it; the reason: "
                f"{_in_one_line(error)}"
            ) from error
        log.info("The database %s is at schema %s.", path, head)
    except DBAPIError as error:
        raise DatabaseError(explain(path, error)) from error
    finally:
        database.close()


def _in_one_line(error: Exception) -> str:
    """What an error says, without the statement that SQLAlchemy adds."""
    reason = getattr(error, "orig", None) or error
    return " ".join(str(reason).split()) or type(error).__name__


def _require_ours(path: Path) -> None:
    """Refuse a file with tables of somebody else's before anything is written to it."""
    try:
        tables = Database.look(path, "SELECT COUNT(*) FROM sqlite_master")
        mark = Database.look(path, "PRAGMA application_id")
    except dbapi2.Error as error:
        raise DatabaseError(explain(path, error)) from error
    if tables and mark != APPLICATION_ID:
        raise DatabaseError(
            f"{path} is a database of another program; nothing was written to it. Set "
            "DATABASE_PATH to a file of our own."
        )


def check(settings: Settings, *, afresh: bool = False) -> None:
    """Let the backup program see that database and snapshots belong together and can be kept sound.

    Raises `DatabaseError` with its sentence where they do not: the database is lost or another one
    than that of the snapshots (unless `afresh`), or lies on a network disk.
    """
    done = _backup(settings, "check", *(["--afresh"] if afresh else []))
    if done.returncode != 0:
        raise DatabaseError((done.stderr or done.stdout).strip())
    *remarks, _ready = done.stdout.splitlines()
    for remark in remarks:
        log.warning("%s", remark)


def snapshot(settings: Settings) -> None:
    """A verified snapshot by the backup program; raises `DatabaseError` where there is none."""
    done = _backup(settings, "now", "--reason", "before a migration")
    if done.returncode != 0:
        raise DatabaseError(
            "The database was not migrated because no snapshot could be taken first: "
            f"{(done.stderr or done.stdout).strip()}"
        )


def _backup(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backup", *words],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_PATH": str(settings.database_path),
            "BACKUP_DIR": str(settings.backup_dir),
            "ALLOW_NETWORK_DISK": "yes" if settings.allow_network_disk else "no",
        },
        capture_output=True,
        text=True,
    )
