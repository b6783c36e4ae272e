from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.conftest import Member
from tests.suggestions.conftest import Counting
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.lists import SuggestionList
from webapp.suggestions.service import Suggester


@pytest.fixture
def folder(database: Database, settings: Settings, counting: Counting) -> Path:
    """A good index's folder, to be spoilt."""
    return settings.index_dir / builder.build(database, settings.index_dir, counting)


def ranked(database: Database, settings: Settings, number: int = 1513) -> SuggestionList:
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
        found = suggester.for_key_event(session, event, "wikipathways")
    assert suggester.state()["status"] == ("degraded" if found.notice else "ok")
    return found


def by_words_alone(found: SuggestionList, reason: str) -> None:
    assert reason in found.notice
    assert found.ranker == "fixed-2/lexical"
    assert found.items[0].identifier == "wikipathways:WP254"
    assert all(item.dense is None and item.score > 0 for item in found.items)


def test_no_index(database: Database, settings: Settings) -> None:
    by_words_alone(ranked(database, settings), "no suggestion index has been built yet")


def test_a_flipped_byte_in_the_vectors(
    database: Database, settings: Settings, folder: Path
) -> None:
    file = folder / "wikipathways" / "vectors.npy"
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)
    by_words_alone(ranked(database, settings), "vectors.npy of the suggestion index is damaged")


def test_a_missing_file(database: Database, settings: Settings, folder: Path) -> None:
    (folder / "wikipathways" / "identifiers.json").unlink()
    by_words_alone(ranked(database, settings), "damaged")


def test_a_broken_manifest(database: Database, settings: Settings, folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    by_words_alone(ranked(database, settings), "manifest")


def test_another_encoder(database: Database, settings: Settings, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "encoder": "other@1"}))
    by_words_alone(ranked(database, settings), "other@1")


def test_a_key_event_without_a_title(database: Database, settings: Settings, folder: Path) -> None:
    with database.write() as session:
        session.execute(update(KeyEvent).where(KeyEvent.number == 1513).values(title=""))
    found = ranked_any(database, settings)
    assert "no title" in found.notice


def ranked_any(database: Database, settings: Settings) -> SuggestionList:
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        return suggester.for_key_event(session, event, "wikipathways")


def test_the_curator_sees_it_beside_the_list_and_the_administrator_is_told_what_to_do(
    app: Flask, anonymous: Member, curator: Member, reviewer: Member, admin: Member
) -> None:
    app.extensions["kewp.suggestions"].load_index()
    for member in (anonymous, curator, reviewer):
        page = member.get("/key-events/1513").text
        assert "Ranked by words alone: no suggestion index has been built yet." in page
        assert "WP254" in page
        assert "index build" not in page
        elsewhere = member.get("/").text
        assert "Ranked by words alone" not in elsewhere, "nothing is ranked there"
        assert "index build" not in elsewhere
    for address in ("/", "/key-events/1513"):
        assert admin.get(address).text.count("python -m webapp index build") == 1, address


def test_only_new_texts_are_encoded_again(
    database: Database, settings: Settings, counting: Counting, folder: Path
) -> None:
    counting.texts.clear()
    builder.build(database, settings.index_dir, counting)
    assert counting.texts == []
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="Increase, Cachexia")
        )
    builder.build(database, settings.index_dir, counting)
    assert counting.texts == ["Cachexia"]


def test_a_build_that_fails_leaves_the_current_index(
    database: Database, settings: Settings, counting: Counting, folder: Path
) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="Something new")
        )

    def broken(*args: object) -> None:
        raise OSError("disk full")

    counting.encode = broken  # type: ignore[assignment, method-assign]
    with pytest.raises(OSError, match="disk full"):
        builder.build(database, settings.index_dir, counting)
    assert files.current_generation(settings.index_dir) == folder.name
    assert not list(settings.index_dir.glob("*.partial"))


def test_two_builds_at_once_are_refused(
    database: Database, settings: Settings, counting: Counting
) -> None:
    settings.index_dir.mkdir()
    with (
        builder._only_builder(settings.index_dir),
        pytest.raises(builder.BuildRunning, match="another process"),
    ):
        builder.build(database, settings.index_dir, counting)
