"""`runtime.db` may be lost at any time, also while it is in use: people sign in again, no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Member, propose
from webapp.settings import Settings


def removed(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def emptied(path: Path) -> None:
    removed(path)
    path.touch()


def overwritten(path: Path) -> None:
    removed(path)
    path.write_bytes(b"not a database" * 1000)


@pytest.mark.parametrize("lose", [removed, emptied, overwritten])
def test_pages_go_on_for_the_anonymous_that_everybody_is_then(
    lose: Callable[[Path], None],
    curator: Member,
    settings: Settings,
    sign_in: Callable[[str, str], Member],
) -> None:
    curator.client.application.extensions["kewp.runtime"].close()
    lose(settings.runtime_path)

    page = curator.get("/key-events/1513")
    assert page.status_code == 200
    assert "Ada Curator" not in page.text

    again = sign_in("Ada Curator", "curator")
    assert again.person_id == curator.person_id
    assert "Ada Curator" in again.get("/").text
    propose(again)


@pytest.mark.parametrize("lose", [removed, emptied, overwritten])
def test_a_form_of_the_anonymous_is_asked_for_once_more(
    lose: Callable[[Path], None], anonymous: Member, settings: Settings
) -> None:
    anonymous.get("/")
    anonymous.client.application.extensions["kewp.runtime"].close()
    lose(settings.runtime_path)
    first = anonymous.post("/sign-in/unknown")
    assert first.status_code in {410, 503}
    if first.status_code == 503:
        assert "nothing else is lost" in first.text
    assert anonymous.post("/sign-in/unknown").status_code == 410
