"""Make the database ready: see that its disk will do, snapshot, migrate, catalog, index."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from webapp import migrations
from webapp.accounts.runtime import open_runtime
from webapp.catalog.importer import catalog_is_empty, import_starter
from webapp.catalog.lock import ImportRefused
from webapp.catalog.sources.files import SourceError
from webapp.database import APPLICATION_ID, Database, DatabaseError, explain, make_private
from webapp.settings import ROOT, Settings
from webapp.suggestions.builder import BuildRunning, catalog_version
from webapp.suggestions.encoder import EncoderError, expected_name, locate
from webapp.suggestions.events import rebuild_index
from webapp.suggestions.index import IndexUnusable, current_generation, load

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
    open_runtime(settings.runtime_path).require_writable()
    for path in (settings.database_path, settings.runtime_path):
        make_private(path)
    database = Database(settings.database_path)
    if catalog_is_empty(database):
        log.info("The catalog is empty; loading the starter catalog.")
        try:
            import_starter(settings)
        except (ImportRefused, SourceError) as error:
            raise DatabaseError(f"The starter catalog could not be loaded: {error}") from error
    if not index_is_current(settings, database):
        log.info("Building the suggestion index.")
        try:
            rebuild_index(settings)
        except BuildRunning as error:
            log.warning("%s", error)
    database.close()


def migrate(path: Path, before: Callable[[], None] = lambda: None) -> None:
    """Bring the database `path` to this version's schema; calls `before` if that changes anything.

    Raises `DatabaseError` where it is not ours or the migration failed; it is then as it was.
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
        migrations.migrate(database.engine)
        log.info("The database %s is at schema %s.", path, head)
    except (SQLAlchemyError, RuntimeError) as error:
        if isinstance(error, DatabaseError):
            raise
        reason = explain(path, error) if isinstance(error, DBAPIError) else str(error)
        raise DatabaseError(
            f"The database {path} could not be brought to schema {migrations.head()}; it is "
            f"unchanged. The reason: {reason}"
        ) from error
    finally:
        database.close()


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


def index_is_current(settings: Settings, database: Database) -> bool:
    """Whether the suggestion index is whole and belongs to the catalog as it is now."""
    generation = current_generation(settings.index_dir)
    if generation is None:
        return False
    try:
        index = load(settings.index_dir, generation)
    except IndexUnusable as reason:
        log.warning("The suggestion index is built anew: %s.", reason)
        return False
    with database.read() as session:
        fresh = index.catalog_version == catalog_version(session)
    wanted = expected_name(settings.encoder, settings.encoder_revision)
    if index.encoder is None and wanted:
        try:
            locate(settings.encoder, settings.encoder_revision)
        except EncoderError:
            return fresh  # nothing better can be built; the site says why
    return fresh and (not wanted or index.encoder == wanted)
