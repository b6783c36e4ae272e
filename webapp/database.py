"""Engine, sessions and SQLite's pragmas; the only module that knows the database is SQLite.

Imports `settings` alone. Every connection is made by `pysqlite3`, which carries a SQLite without
the WAL-reset race (versions 3.7.0 to 3.51.2 can corrupt a database when connections write and
checkpoint at once, https://sqlite.org/wal.html).
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2
from sqlalchemy import Connection, Engine, ExceptionContext, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool

APPLICATION_ID = 0x4B455750
"""`PRAGMA application_id` of our files: the letters KEWP."""

BUSY_TIMEOUT_MS = 5000
"""How long a writer waits for another one before it gives up."""

FIRST_SAFE_SQLITE = (3, 51, 3)
_BACKPORTS = ((3, 44, 6), (3, 50, 7))

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


class Base(DeclarativeBase):
    """Parent of every table of the main database; all constraints get names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class DatabaseError(RuntimeError):
    """The database cannot be used; its text is one sentence for the operator."""


def utc_now() -> str:
    """The time now in UTC, ISO 8601 with `Z`, to the millisecond, as every table stores it."""
    return utc_in(timedelta())


def utc_in(span: timedelta) -> str:
    """The time in a while, or with a negative span a while ago, as `utc_now` writes it."""
    moment = datetime.now(UTC) + span
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sqlite_version() -> str:
    """Version of the SQLite library in use, such as `3.53.4`."""
    return str(dbapi2.sqlite_version)


def wal_is_safe(version: str) -> bool:
    """Whether this SQLite is free of the WAL-reset race (fixed in 3.51.3, 3.50.7 and 3.44.6)."""
    parts = tuple(int(part) for part in version.split("."))
    if parts >= FIRST_SAFE_SQLITE:
        return True
    return any(parts[:2] == fixed[:2] and parts >= fixed for fixed in _BACKPORTS)


def require_safe_sqlite() -> None:
    """Raise `DatabaseError` where the SQLite in use could corrupt a WAL database."""
    if not wal_is_safe(sqlite_version()):
        raise DatabaseError(
            f"SQLite {sqlite_version()} can corrupt a database in WAL mode; install pysqlite3 "
            "0.6.1 or later from requirements.txt."
        )


def is_busy(error: DBAPIError) -> bool:
    """Whether an error only says that somebody else had the database for too long."""
    # "locking protocol": connections that open and close the write-ahead log at once.
    told = str(error.orig)
    return isinstance(error, OperationalError) and ("locked" in told or "locking" in told)


def is_full(error: DBAPIError) -> bool:
    """Whether an error says that the disk has no room; the transaction was rolled back."""
    return isinstance(error, OperationalError) and "full" in str(error.orig)


def make_private(path: Path) -> None:
    """Let its owner alone read a database and the files beside it, which take its mode."""
    for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(FileNotFoundError, PermissionError):  # somebody else's: they decide
            one.chmod(0o600)


def explain(path: Path, error: BaseException) -> str:
    """What is wrong with the database, and what to do, in the words of an operator.

    The error says which database it is about; `path` where it does not.
    """
    path = getattr(error, "kewp_path", path)
    reason = str(getattr(error, "orig", error))
    user = f"user id {os.geteuid()}"
    if path.is_dir():
        return f"{path} is a folder: put the name of a file into DATABASE_PATH."
    above = next(one for one in path.parents if one.exists())
    if not above.is_dir():
        return f"{above} is a file, so nothing can be in it: correct DATABASE_PATH or DATA_DIR."
    if not os.access(above, os.X_OK):
        return f"{above} may not be entered by {user}: correct its owner."
    if not path.exists():
        return (
            f"There is no database {path}. See that its disk is mounted and that DATA_DIR and "
            "DATABASE_PATH are right. A lost one comes back with: python -m backup restore; a new "
            "installation gets one with: python -m webapp prepare"
        )
    if "disk is full" in reason:
        return f"The disk of {path} is full and nothing was changed: make room."
    if "readonly" in reason or "unable to open" in reason or not os.access(path, os.R_OK):
        return (
            f"{path}, the files beside it and their folder must be readable and writable for "
            f"{user}: correct their owner, or mount the disk for writing ({reason})."
        )
    if "no such table" in reason or "no such column" in reason:
        return f"{path} is not ready for this version: run python -m webapp prepare ({reason})."
    if any(sign in reason for sign in ("malformed", "not a database", "disk I/O error")):
        return (
            f"{path} is damaged or no database: {reason}. See that DATABASE_PATH is right; bring "
            "back a snapshot with: python -m backup restore"
        )
    return f"The database {path} cannot be used: {reason}."


class Database:
    """One SQLite file, its engine and its two kinds of session.

    `read()` sees one snapshot of the data; `write()` takes the write lock at once (BEGIN
    IMMEDIATE), so that what it reads cannot change before it commits. With `read_only` nothing can
    be written at all. With `for_serving` connections keep little of the file for themselves.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: bool = False,
        read_only: bool = False,
        for_serving: bool = False,
    ) -> None:
        require_safe_sqlite()
        self.path = path
        mode = "ro" if read_only else "rwc" if create else "rw"

        def connect() -> Any:
            return dbapi2.connect(
                f"file:{quote(str(path))}?mode={mode}",
                uri=True,
                isolation_level=None,
                timeout=BUSY_TIMEOUT_MS / 1000,
                check_same_thread=False,
            )

        self.engine = create_engine(
            "sqlite://",
            module=dbapi2,
            creator=connect,
            pool_size=16,
            max_overflow=16,
            poolclass=QueuePool,
            hide_parameters=True,  # they hold what people wrote, and errors go into the log
        )
        event.listen(self.engine, "connect", _limit_patience if read_only else _set_pragmas)
        if for_serving:
            event.listen(self.engine, "connect", _cache_little)
        event.listen(self.engine, "begin", _begin)
        event.listen(self.engine, "handle_error", self._name_the_file)
        self._writing = self.engine.execution_options(kewp_write=True)
        _engines.add(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; whatever it changed is rolled back."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one write transaction: commits at the end, rolls back on any error.

        Raises `sqlalchemy.exc.OperationalError` ("database is locked") after the busy timeout.
        """
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def require_writable(self) -> None:
        """See that a transaction could write, without writing; raises `DatabaseError`."""
        try:
            with Session(self._writing) as session:
                # BEGIN IMMEDIATE alone succeeds on a read-only file; this is never committed.
                session.execute(text("CREATE TABLE probe (id)"))
        except DBAPIError as error:
            if not is_busy(error):
                raise DatabaseError(explain(self.path, error)) from error

    def _name_the_file(self, context: ExceptionContext) -> None:
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.kewp_path = self.path  # type: ignore[attr-defined]  # see `explain`

    def probe(self, statement: str, timeout: float = 0.1) -> Any:
        """First value of a query; see `look`. For health."""
        return self.look(self.path, statement, timeout)

    @staticmethod
    def look(path: Path, statement: str, timeout: float = 0.1) -> Any:
        """First value of a query on a read-only connection of its own, within `timeout` seconds.

        It waits neither for a pool nor for the busy timeout, and changes no pragma. Raises
        `pysqlite3.dbapi2.Error` where the file cannot be read.
        """
        connection = dbapi2.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=timeout)
        try:
            return connection.execute(statement).fetchone()[0]
        finally:
            connection.close()

    def close(self) -> None:
        """Close all pooled connections of this process."""
        self.engine.dispose()


def _limit_patience(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _cache_little(connection: Any, _record: object) -> None:
    """One connection a thread, 2 MB each by default: the system caches the file for all of them."""
    connection.execute("PRAGMA cache_size=-256")


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # WAL lets readers and one writer work at once; FULL makes a commit survive a power cut.
    # mmap_size stays off: see the notes on memory-mapped WAL databases at sqlite.org/mmap.html.
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _switch_to_wal(cursor)
    # REPLACE fires the triggers that guard history only with recursive_triggers.
    # What is deleted is overwritten wherever that costs no more writing; see `leave_no_trace`.
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "secure_delete=FAST",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def leave_no_trace(session: Session) -> None:
    """Let nothing that this transaction deletes stay in the file, nor so in snapshots of it.

    SQLite otherwise only marks the place as free (https://sqlite.org/pragma.html, secure_delete).
    """
    session.execute(text("PRAGMA secure_delete=ON"))


def _switch_to_wal(cursor: Any) -> None:
    """Turn WAL on; patiently, as the busy timeout does not hold for the switch of a new file."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except dbapi2.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("kewp_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _forget_inherited_connections() -> None:
    """A child starts with no connection: none may cross a fork (sqlite.org/howtocorrupt.html)."""
    for engine in list(_engines):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_inherited_connections)
