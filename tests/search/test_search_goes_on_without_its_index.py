from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Member
from tests.search.conftest import links, plain
from tests.suggestions.conftest import import_something
from tests.supervision.installation import wait_until
from webapp.database import Database
from webapp.search import index
from webapp.search.events import refresh_search
from webapp.search.service import Searcher
from webapp.settings import Settings


def found(member: Member, text: str) -> str:
    return member.get("/search", query_string={"q": text}).text


def is_current(database: Database, settings: Settings) -> bool:
    with database.read() as session:
        return index.is_current(session, index.path_in(settings.index_dir))


def test_a_missing_index_is_built_by_the_first_search(
    anonymous: Member, database: Database, settings: Settings
) -> None:
    assert not index.path_in(settings.index_dir).exists()
    assert "/key-events/1513" in links(found(anonymous, "apoptosis"))
    wait_until("an index", lambda: is_current(database, settings))
    assert "/key-events/1513" in links(found(anonymous, "apoptisis"))


def damage(path: Path, content: bytes) -> None:
    path.unlink()  # as a copy or a disk would: what is open elsewhere stays as it is
    path.write_bytes(content)


@pytest.mark.parametrize("part", [0, 4096, 20_000])
def test_a_damaged_index_is_said_and_replaced(
    searcher: Searcher, anonymous: Member, database: Database, settings: Settings, part: int
) -> None:
    path = index.path_in(settings.index_dir)
    whole = path.read_bytes()
    damage(path, whole[:part] + b"\xff" * (len(whole) - part))
    assert "/key-events/1513" in links(found(anonymous, "apoptosis"))
    wait_until("a new index", lambda: "/key-events/1513" in links(found(anonymous, "apoptisis")))
    assert is_current(database, settings)


def test_one_that_cannot_be_built_is_said_and_names_are_searched(
    anonymous: Member, settings: Settings
) -> None:
    settings.index_dir.parent.mkdir(exist_ok=True)
    settings.index_dir.write_text("a file where a folder should be")
    page = found(anonymous, "general apoptosis")
    wait_until("the reason", lambda: "could not be built" in plain(found(anonymous, "apoptosis")))
    assert "Searched letter by letter, without near spellings" in plain(page)
    assert "/key-events/1513" in links(page)
    assert "with the gene CASP9" in plain(found(anonymous, "casp9"))


@pytest.mark.usefixtures("searcher")
def test_an_outdated_index_goes_on_and_is_replaced(
    anonymous: Member, database: Database, settings: Settings
) -> None:
    import_something(database)
    assert "/key-events/1513" in links(found(anonymous, "apoptosis"))
    wait_until("an index of the new catalog", lambda: is_current(database, settings))
    assert "The catalog has just changed" not in found(anonymous, "apoptosis")


def test_an_import_builds_it_and_one_that_changed_nothing_does_not(
    settings: Settings, database: Database
) -> None:
    path = index.path_in(settings.index_dir)
    refresh_search(settings)
    assert is_current(database, settings)
    made = path.stat().st_ino
    refresh_search(settings)
    assert path.stat().st_ino == made
    import_something(database)
    refresh_search(settings)
    assert path.stat().st_ino != made
    assert not list(settings.index_dir.glob("*.partial"))


def test_other_rules_make_it_outdated(
    app: Flask,
    searcher: Searcher,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    settings: Settings,
) -> None:
    monkeypatch.setattr(index, "RULES", "another version")
    assert not is_current(database, settings)
    searcher.refresh()
    assert is_current(database, settings)
