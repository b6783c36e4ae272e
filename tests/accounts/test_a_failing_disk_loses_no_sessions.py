"""A disk that fails for a moment is no lost file: nobody is signed out."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DatabaseError

from tests.conftest import Member
from webapp.accounts.runtime import LimitCounter, Runtime


@contextmanager
def writes_fail() -> Iterator[None]:
    """No file may grow, which SQLite takes for a failing disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_that_fails_leaves_the_sessions(curator: Member) -> None:
    runtime: Runtime = curator.client.application.extensions["kewp.runtime"]
    file = runtime.path.stat().st_ino

    with (
        pytest.raises(DatabaseError, match="disk I/O error"),
        writes_fail(),
        runtime.write() as session,
    ):
        session.add(LimitCounter(key="probe", count=1, expires_at=0))

    assert runtime.path.stat().st_ino == file
    assert "Ada Curator" in curator.get("/").text
