"""The starter catalog, the real encoder, the whole way through the index."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.lists import SuggestionList
from webapp.suggestions.service import Suggester


def lists(suggester: Suggester, database: Database, number: int) -> SuggestionList:
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
        return suggester.for_key_event(session, event, "wikipathways")


@pytest.mark.parametrize(
    ("number", "first"), [(1513, "WP254"), (1945, "WP4923"), (642, "WP197"), (188, "WP4919")]
)
def test_what_experts_chose_comes_first(
    suggester: Suggester, database: Database, number: int, first: str
) -> None:
    found = lists(suggester, database, number)
    assert found.items[0].identifier == f"wikipathways:{first}"
    assert found.notice == ""
    assert found.candidates == 62
    assert len(found.items) == 10
    assert [item.rank for item in found.items] == list(range(1, 11))
    scores = [item.score for item in found.items]
    assert scores == sorted(scores, reverse=True)
    assert all(item.reasons for item in found.items)


def test_reasons_name_the_shared_words_and_the_place(
    suggester: Suggester, database: Database
) -> None:
    first = lists(suggester, database, 1513).items[0]
    told = {reason.signal: reason.text for reason in first.reasons}
    assert told.pop("agreement").startswith("experts agreed with ")
    assert list(told.values()) == [
        "shares the word apoptosis",
        "name is nearest in meaning of 62",
    ]


def test_ranking_a_catalogued_key_event_runs_no_neural_network(
    suggester: Suggester, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggester, "_encoder", None)
    assert lists(suggester, database, 1513).ranker == f"fused-2/{BUNDLED}@0.1.0"


def test_free_text_is_ranked_by_meaning_once_the_encoder_is_in(
    suggester: Suggester, database: Database
) -> None:
    with database.read() as session:
        before = suggester.for_text(session, "programmed cell suicide", "wikipathways")
        suggester.warm_up()
        after = suggester.for_text(session, "programmed cell suicide", "wikipathways")
    assert "words alone" in before.notice
    assert after.notice == ""
    assert "wikipathways:WP254" in [item.identifier for item in after.items[:3]]


def test_what_is_kept_of_a_list_is_small_and_complete(
    suggester: Suggester, database: Database
) -> None:
    shown = lists(suggester, database, 1513).as_shown()
    assert shown["resource"] == "wikipathways"
    assert shown["ranker"] == f"fused-2/{BUNDLED}@0.1.0"
    assert shown["searched"] == ""
    assert str(shown["made_at"]).endswith("Z")
    targets = shown["targets"]
    assert isinstance(targets, list)
    assert targets[0][:2] == ["wikipathways:WP254", 1]
