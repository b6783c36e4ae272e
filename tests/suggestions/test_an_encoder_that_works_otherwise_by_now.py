"""Same name and files, other vectors: a newer library may read capital letters differently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.suggestions.conftest import Counting
from tests.suggestions.small_models import small_bert
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.encoder import load
from webapp.suggestions.service import Suggester


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(small_bert(tmp_path / "model"))


@pytest.fixture
def counting(model: str) -> Counting:
    return Counting(load(model))


@pytest.fixture(autouse=True)
def index(database: Database, settings: Settings, counting: Counting) -> None:
    """An index that says it was made with a cased encoder."""
    folder = settings.index_dir / builder.build(database, settings.index_dir, counting)
    manifest = files.read_manifest(folder)
    assert manifest["made_by"] == counting.description
    manifest["made_by"]["casing"] = "cased"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_free_text_is_searched_by_words_and_health_says_why(
    database: Database, settings: Settings, model: str
) -> None:
    suggester = Suggester(database, settings.index_dir, model, "")
    suggester.warm_up()
    state = suggester.state()
    assert state["status"] == "degraded"
    assert "in another way (casing cased, not uncased)" in state["detail"]
    assert "index build" in state["detail"]
    with database.read() as session:
        found = suggester.for_text(session, "programmed cell suicide", "wikipathways")
        assert found.ranker.endswith("/lexical")
        assert "by words alone" in found.notice
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        listed = suggester.for_key_event(session, event, "wikipathways")
    assert not listed.ranker.endswith("/lexical"), "its vectors fit each other"


def test_none_of_its_vectors_is_taken_over(
    database: Database, settings: Settings, counting: Counting
) -> None:
    before = len(counting.texts)
    counting.texts.clear()
    builder.build(database, settings.index_dir, counting)
    assert len(counting.texts) == before
