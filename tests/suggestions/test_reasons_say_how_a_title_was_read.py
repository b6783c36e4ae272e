from __future__ import annotations

from sqlalchemy import select, update

from tests.suggestions.conftest import Counting
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.ranker import Suggestion, reasons
from webapp.suggestions.service import Suggester

KNOWN = {"ER": "endoplasmic reticulum"}
SUGGESTION = Suggestion(1, "wikipathways:WP1", 1.0, lexical=2.0, dense=None, dense_rank=None)


def told(title: str, name: str) -> list[str]:
    return [one.text for one in reasons(SUGGESTION, query_of(title, KNOWN), name, 62)]


def test_words_of_the_title_itself() -> None:
    assert told("Increased ER stress", "Stress response") == ["shares the word stress"]


def test_words_of_a_long_form_name_the_abbreviation() -> None:
    assert told("Increased ER stress", "Endoplasmic reticulum stress response") == [
        "shares the word stress",
        "shares the words endoplasmic, reticulum, with ER read as endoplasmic reticulum",
    ]


def test_synonyms_where_the_name_shares_nothing() -> None:
    assert told("Increased ER stress", "Unfolded proteins") == [
        "shares words with one of its synonyms"
    ]


def test_the_whole_way_through_the_index(
    database: Database, settings: Settings, counting: Counting
) -> None:
    """Long forms come from the catalog's own texts."""
    texts = {
        188: "The aryl hydrocarbon receptor (AHR).",
        55: "An aryl hydrocarbon receptor (AHR) is",
    }
    with database.write() as session:
        for number, text in texts.items():
            session.execute(
                update(KeyEvent).where(KeyEvent.number == number).values(description=text)
            )
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="Activation, AHR")
        )
    builder.build(database, settings.index_dir, counting)
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        first = suggester.for_key_event(session, event, "wikipathways").items[0]
    assert "aryl hydrocarbon receptor" in first.title.lower()
    assert first.reasons[0].text == (
        "shares the words aryl, hydrocarbon, receptor, with AHR read as aryl hydrocarbon receptor"
    )
