"""A locked or full store: nobody is locked out, the limit still holds, the log says so."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute
from pysqlite3 import dbapi2
from sqlalchemy import event

from tests.conftest import Member, propose
from webapp import counters
from webapp.database import Database
from webapp.settings import Settings

SAYS = "limits are counted in each worker alone"


@pytest.fixture
def runtime(app: Flask) -> Database:
    found = app.extensions["kewp.runtime"]
    assert isinstance(found, Database)
    return found


@pytest.fixture
def lock(settings: Settings) -> Callable[[], dbapi2.Connection]:
    """Takes the write lock of `runtime.db`, as another process would."""

    def taken() -> dbapi2.Connection:
        holder = dbapi2.connect(str(settings.runtime_path), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        return holder

    return taken


@pytest.mark.usefixtures("impatient")
def test_a_locked_store(
    curator: Member,
    anonymous: Member,
    lock: Callable[[], dbapi2.Connection],
    caplog: pytest.LogCaptureFixture,
) -> None:
    holder = lock()
    propose(curator)
    assert [anonymous.post("/sign-in/unknown").status_code for _ in range(61)] == (
        [410] * 60 + [429]
    ), "each worker holds the limit by itself"
    said = [one for one in caplog.records if SAYS in one.getMessage()]
    assert [one.levelno for one in said] == [logging.ERROR], "once for all requests of ten seconds"
    assert "locked" in said[0].getMessage()
    holder.execute("ROLLBACK")
    holder.close()


@pytest.mark.usefixtures("impatient")
def test_once_it_is_free_the_workers_count_together_again(
    anonymous: Member,
    lock: Callable[[], dbapi2.Connection],
    runtime: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counters, "PAUSE", 0.0)
    holder = lock()
    assert anonymous.post("/sign-in/unknown").status_code == 410
    holder.execute("ROLLBACK")
    assert anonymous.post("/sign-in/unknown").status_code == 410
    counts = "SELECT count FROM limit_counter WHERE key LIKE '%sign-in from an address%'"
    assert holder.execute(counts).fetchall() == [(1,)]
    holder.close()


def test_a_full_disk(curator: Member, runtime: Database, caplog: pytest.LogCaptureFixture) -> None:
    def allow_no_more_pages(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined] # never less than there are

    runtime.close()
    event.listen(runtime.engine, "connect", allow_no_more_pages)
    filler = "x" * 200_000  # a limit's row alone fits into a page that is there
    limiter = curator.client.application.extensions["kewp.limiter"]
    item = RateLimitItemPerMinute(2)
    assert [limiter.hit(item, "full", filler) for _ in range(3)] == [True, True, False]
    assert SAYS in caplog.text
    assert "full" in caplog.text
    propose(curator)
