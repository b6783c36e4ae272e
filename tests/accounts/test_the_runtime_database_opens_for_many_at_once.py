"""Commands and servers open `runtime.db` whenever they start, several of them at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from webapp.accounts import links
from webapp.accounts.runtime import open_runtime
from webapp.database import Database

AT_ONCE = 8
TIMES = 40


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is only slow, on a busy machine, is no failure; what cannot wait at all fails at once."""
    monkeypatch.setattr("webapp.database.BUSY_TIMEOUT_MS", 120_000)


@contextmanager
def somebody_writes(runtime: Database) -> Iterator[None]:
    """One write after the other for as long as it lasts."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with runtime.write() as session:
                session.execute(
                    text("INSERT INTO limit_counter VALUES (:key, 1, 0)"), {"key": str(number)}
                )

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield
        finally:
            stop.set()
        writing.result(300)


def test_while_others_open_it_and_write(tmp_path: Path) -> None:
    path = tmp_path / "runtime.db"
    runtime = open_runtime(path)

    def sign_in_link(number: int) -> str:
        opened = open_runtime(path)
        token = links.issue(opened, f"Curator {number}", "curator")
        opened.close()
        return token

    with somebody_writes(runtime), ThreadPoolExecutor(AT_ONCE) as pool:
        tokens = list(pool.map(sign_in_link, range(TIMES), timeout=300))

    for number, token in enumerate(tokens):
        found = links.peek(runtime, token)
        assert found is not None
        assert found.name == f"Curator {number}"
    runtime.close()


def test_opening_needs_no_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "runtime.db"
    open_runtime(path).close()
    holder = dbapi2.connect(str(path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("webapp.database.BUSY_TIMEOUT_MS", 0)
    try:
        runtime = open_runtime(path)
        assert links.peek(runtime, "nothing") is None
        runtime.close()
    finally:
        holder.close()


@pytest.mark.parametrize("attempt", range(10))
def test_when_all_find_it_missing(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "runtime.db"
    ready = threading.Barrier(AT_ONCE)

    def open_it(number: int) -> str:
        ready.wait(60)
        opened = open_runtime(path)
        token = links.issue(opened, f"Curator {number}", "curator")
        opened.close()
        return token

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tokens = list(pool.map(open_it, range(AT_ONCE), timeout=300))

    runtime = open_runtime(path)
    assert [links.peek(runtime, token) is not None for token in tokens] == [True] * AT_ONCE
    runtime.close()
