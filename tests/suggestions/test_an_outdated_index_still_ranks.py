"""Between an import and the end of the build that follows it, lists go on as well as they can."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from tests.suggestions.conftest import Counting, import_something
from webapp.catalog.models import KeyEvent, Target
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.lists import SuggestionList
from webapp.suggestions.service import Suggester

RETIRED = {"retired_at": "2026-01-01T00:00:00.000Z"}


@pytest.fixture
def suggester(database: Database, settings: Settings, counting: Counting) -> Suggester:
    """A site that has loaded a good index; the catalog changes right after."""
    builder.build(database, settings.index_dir, counting)
    made = Suggester(database, settings.index_dir, BUNDLED, "")
    made.load_index()
    assert made.notice == ""
    import_something(database)
    return made


def ranked(suggester: Suggester, database: Database, number: int = 1513) -> SuggestionList:
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
        return suggester.for_key_event(session, event, "wikipathways")


def test_it_ranks_with_its_vectors_and_says_that_new_ones_are_missing(
    suggester: Suggester, database: Database
) -> None:
    found = ranked(suggester, database)
    assert found.ranker == f"fused-2/{BUNDLED}@0.1.0"
    assert found.items[0].identifier == "wikipathways:WP254"
    assert "what is new is not listed yet" in found.notice
    assert "what is new is not listed yet" in suggester.notice


def test_retired_targets_are_no_candidates(suggester: Suggester, database: Database) -> None:
    before = ranked(suggester, database)
    with database.write() as session:
        session.execute(
            update(Target).where(Target.identifier == "wikipathways:WP254").values(**RETIRED)
        )
    import_something(database)
    after = ranked(suggester, database)
    assert after.candidates == before.candidates - 1
    assert [item.identifier for item in after.items[:-1]] == [
        item.identifier for item in before.items[1:]
    ]
    assert [item.rank for item in after.items] == list(range(1, 11))
    places = [item.dense_rank for item in after.items]
    assert places[0] == 1


def test_a_key_event_whose_title_changed_is_ranked_by_its_new_words(
    suggester: Suggester, database: Database
) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent)
            .where(KeyEvent.number == 1513)
            .values(title="Increase, Oxidative stress")
        )
    found = ranked(suggester, database)
    assert found.ranker == "fixed-2/lexical"
    assert "this Key Event is not in the suggestion index yet" in found.notice
    assert "oxidative" in found.items[0].title.lower()


def test_another_process_starts_with_it_too(
    suggester: Suggester, database: Database, settings: Settings
) -> None:
    later = Suggester(database, settings.index_dir, BUNDLED, "")
    later.load_index()
    assert ranked(later, database).ranker == f"fused-2/{BUNDLED}@0.1.0"
    assert later.state()["status"] == "degraded"
