"""/health tells of the index that is on the disk now, also where no page was opened since."""

from __future__ import annotations

import shutil

import pytest

from tests.suggestions.conftest import Counting, import_something
from tests.supervision.installation import wait_until
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.service import Suggester


@pytest.fixture
def suggester(database: Database, settings: Settings) -> Suggester:
    """A worker that nobody has asked for a page."""
    return Suggester(database, settings.index_dir, BUNDLED, "")


def state(suggester: Suggester) -> tuple[str, str]:
    found = suggester.state()
    return found["status"], found["detail"]


def test_an_index_that_is_built_while_the_site_runs(
    suggester: Suggester, database: Database, settings: Settings, counting: Counting
) -> None:
    suggester.load_index()
    assert state(suggester)[0] == "degraded"
    builder.build(database, settings.index_dir, counting)
    assert state(suggester)[0] == "ok"
    wait_until("the counts", lambda: "62 wikipathways" in state(suggester)[1])


def test_an_index_that_is_deleted(
    suggester: Suggester, database: Database, settings: Settings, counting: Counting
) -> None:
    builder.build(database, settings.index_dir, counting)
    suggester.load_index()
    assert state(suggester)[0] == "ok"
    shutil.rmtree(settings.index_dir)
    assert state(suggester)[0] == "degraded"
    wait_until("the earlier index", lambda: "an earlier index" in suggester.notice)
    assert state(suggester)[0] == "degraded"
    assert "index build" in state(suggester)[1]


@pytest.mark.parametrize("loaded_before", [True, False])
def test_a_link_that_leads_nowhere(
    suggester: Suggester,
    database: Database,
    settings: Settings,
    counting: Counting,
    loaded_before: bool,
) -> None:
    generation = builder.build(database, settings.index_dir, counting)
    if loaded_before:
        suggester.load_index()
        assert state(suggester)[0] == "ok"
    shutil.rmtree(settings.index_dir / generation)
    assert state(suggester)[0] == "degraded"
    assert "is gone" in state(suggester)[1]


def test_a_catalog_that_changed_since(
    suggester: Suggester, database: Database, settings: Settings, counting: Counting
) -> None:
    builder.build(database, settings.index_dir, counting)
    assert state(suggester)[0] == "ok"
    import_something(database)
    assert state(suggester)[0] == "degraded"
    assert "catalog has changed" in state(suggester)[1]


def test_an_index_of_another_encoder(
    suggester: Suggester, database: Database, settings: Settings, counting: Counting
) -> None:
    builder.build(database, settings.index_dir, None)
    assert state(suggester)[0] == "degraded"
    assert "without an encoder" in state(suggester)[1]
    builder.build(database, settings.index_dir, counting)
    other = Suggester(database, settings.index_dir, "nobody/nothing", "")
    wait_until("the other encoder's name", lambda: "nobody/nothing" in state(other)[1])
    assert state(other)[0] == "degraded"
