"""Every target of a resource has a place for a Key Event, and what it lacks can be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.suggestions.conftest import Counting, import_something
from webapp.catalog.models import KeyEvent, Target
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder, fusion, lists, pool
from webapp.suggestions import index as files
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.evaluation import contest
from webapp.suggestions.evaluation.fused import fused_ranking
from webapp.suggestions.pairs import Pair
from webapp.suggestions.service import Suggester
from webapp.suggestions.whynot import UnknownTarget, WhyNot, find_target

OF = "wikipathways"


def event_of(session: Session, number: int) -> KeyEvent:
    return session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()


def ask(suggester: Suggester, database: Database, text: str, number: int = 1513) -> WhyNot:
    with database.read() as session:
        target = find_target(session, text, OF)
        return suggester.why_not(session, event_of(session, number), target)


def all_of(suggester: Suggester, database: Database, number: int = 1513) -> dict[str, WhyNot]:
    with database.read() as session:
        event = event_of(session, number)
        return {
            one.identifier: suggester.why_not(session, event, one)
            for one in session.scalars(select(Target).where(Target.retired_at.is_(None)))
        }


def told(answer: WhyNot) -> list[str]:
    return [lack.text for other in answer.compared for lack in other.lacks]


@pytest.fixture
def narrow(
    database: Database, settings: Settings, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> Suggester:
    """The service over an index whose pools hold few of the targets."""
    monkeypatch.setattr(pool, "BEST", 2)
    builder.build(database, settings.index_dir, counting)
    made = Suggester(database, settings.index_dir, BUNDLED, "")
    made.load_index()
    return made


def test_places_go_on_where_the_list_ends(narrow: Suggester, database: Database) -> None:
    answers = all_of(narrow, database)
    assert sorted(one.rank or 0 for one in answers.values()) == list(range(1, 63))
    with database.read() as session:
        listed = narrow.for_key_event(session, event_of(session, 1513), OF)
    assert {item.identifier: item.rank for item in listed.items} == {
        key: one.rank for key, one in answers.items() if one.listed
    }
    below = [one for one in answers.values() if "No signal has it among its best" in one.verdict]
    assert below
    assert {one.rank for one in below} == set(range(63 - len(below), 63))


def test_they_are_those_of_an_evaluation(
    narrow: Suggester, database: Database, settings: Settings
) -> None:
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    with database.read() as session:
        ranking = fused_ranking(
            contest.prepare(session, index, OF, all_targets=True), fusion.shipped_model()
        )
    scores = ranking.shipped([])(1513)
    best_first = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    answers = all_of(narrow, database)
    identifiers = index.resources[OF].identifiers
    assert [answers[identifiers[row]].rank for row in best_first] == list(range(1, 63))


def test_one_below_the_pool_says_what_it_lacks(narrow: Suggester, database: Database) -> None:
    below = max(all_of(narrow, database).values(), key=lambda one: one.rank or 0)
    assert below.verdict.startswith(f"{below.identifier.split(':')[1]} comes 62nd of 62 in")
    assert "shares no word with the title; the 2nd shares apoptosis" in told(below)
    assert any("its name is farther in meaning than that of the" in one for one in told(below))


def test_one_in_the_pool_is_compared_by_all_signals(
    suggester: Suggester, database: Database
) -> None:
    answers = [one for one in all_of(suggester, database, 642).values() if not one.listed]
    assert answers
    assert all(told(one) for one in answers), "each of them lacks something"
    assert {other.rank for one in answers for other in one.compared} <= {1, 10}
    signals = {lack.signal for one in answers for other in one.compared for lack in other.lacks}
    assert {"meaning", "lexical", "kind"} <= signals


def test_what_a_like_key_event_was_mapped_to_counts(
    suggester: Suggester, database: Database
) -> None:
    part = suggester._holder.load().index.resources[OF]
    others = part.identifiers[: fusion.WARM_FROM]
    suggester.memory.learn_from(
        lambda session: [Pair(642, one) for one in others], lambda session: 1
    )
    answers = all_of(suggester, database, 643)
    assert any(
        "nobody chose it for a like Key Event" in line
        for one in answers.values()
        for line in told(one)
    )
    liked = [one.like for key, one in answers.items() if key in others and not one.listed]
    assert liked
    assert all(like is not None and like.key_event == 642 for like in liked)


def test_one_in_the_list_is_told_to_be_there(suggester: Suggester, database: Database) -> None:
    answer = ask(suggester, database, "apoptosis")
    assert answer.listed
    assert answer.verdict == "WP254 is in the list of WikiPathways: it comes 1st."


def test_a_conflict_of_directions_is_told(suggester: Suggester, database: Database) -> None:
    """KE 642 is of decreased cholesterol."""
    with database.write() as session:
        session.execute(
            update(Target)
            .where(Target.identifier == "wikipathways:WP254")
            .values(title="Positive regulation of bone")
        )
    assert ask(suggester, database, "WP254", 642).remarks == (
        "direction conflicts: the Key Event says decrease, the name increase. "
        "This does not change the order.",
    )


def test_a_retired_one_names_its_successor(suggester: Suggester, database: Database) -> None:
    last = max(all_of(suggester, database).values(), key=lambda one: one.rank or 0)
    with database.write() as session:
        session.execute(
            update(Target)
            .where(Target.identifier == "wikipathways:WP254")
            .values(retired_at="2026-01-01T00:00:00Z", replaced_by="WP1772")
        )
    import_something(database)
    answer = ask(suggester, database, "WP254")
    assert answer.rank is None
    assert answer.verdict.startswith("WikiPathways retired WP254")
    assert answer.verdict.endswith("It names WP1772 instead.")
    after = ask(suggester, database, last.identifier)
    assert (last.rank, after.rank, after.candidates) == (62, 61, 61), "it counts no longer"
    assert "The catalog has changed since" in after.notice


def test_one_that_is_newer_than_the_index(suggester: Suggester, database: Database) -> None:
    with database.write() as session:
        like = session.scalars(select(Target).limit(1)).one()
        columns = {one.key: getattr(like, one.key) for one in Target.__table__.columns}
        columns |= {"id": None, "identifier": "wikipathways:WP99999", "title": "New pathway"}
        session.add(Target(**columns))
    import_something(database)
    answer = ask(suggester, database, "WP99999")
    assert answer.rank is None
    assert "WP99999 is newer than the suggestion index" in answer.verdict


def test_by_words_alone(database: Database, settings: Settings) -> None:
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    answers = all_of(suggester, database)
    ranked = [one for one in answers.values() if one.rank]
    assert sorted(one.rank or 0 for one in ranked) == list(range(1, len(ranked) + 1))
    others = [one for one in answers.values() if not one.rank]
    assert others
    assert all("shares no word with the title, and at present words" in o.verdict for o in others)
    assert all("no suggestion index has been built yet" in one.notice for one in answers.values())


def test_while_the_index_is_being_loaded(
    suggester: Suggester, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting = Suggester(database, settings.index_dir, BUNDLED, "")
    monkeypatch.setattr(starting._holder, "load", lambda: None)
    answer = ask(starting, database, "WP254")
    assert answer.rank is None
    assert "before the suggestions are prepared" in answer.verdict


def test_weights_of_another_encoder_leave_the_fixed_sum(
    suggester: Suggester, database: Database
) -> None:
    held = suggester._holder.load()
    suggester._holder._held = replace(held, index=replace(held.index, encoder="other@1"))
    answers = all_of(suggester, database)
    assert sorted(one.rank or 0 for one in answers.values()) == list(range(1, 63))
    assert all(lists.NO_WEIGHTS in one.remarks for one in answers.values() if not one.listed)


def test_a_key_event_without_a_title(suggester: Suggester, database: Database) -> None:
    with database.write() as session:
        session.execute(update(KeyEvent).where(KeyEvent.number == 1513).values(title=""))
    assert ask(suggester, database, "WP254").verdict == "This Key Event has no title to rank by."


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "Write an identifier such as WP254, or an exact title"),
        ("WP0", "WP0 is not in this catalog. Check the number"),
        ("no such thing", "or search for words of the title"),
        ("x" * 201, "at most 200 letters"),
    ],
)
def test_what_is_not_known_is_refused_with_a_remedy(
    database: Database, text: str, remedy: str
) -> None:
    with database.read() as session, pytest.raises(UnknownTarget, match=remedy):
        find_target(session, text, OF)


def test_several_of_one_title_are_named(database: Database) -> None:
    with database.write() as session:
        session.execute(
            update(Target)
            .where(Target.identifier.in_(["wikipathways:WP254", "wikipathways:WP197"]))
            .values(title="Twins")
        )
    with database.read() as session, pytest.raises(UnknownTarget, match=r"WP\d+, WP\d+"):
        find_target(session, " twins ", OF)


def test_genes_that_the_key_event_names_are_told_by_name(
    database: Database, settings: Settings, counting: Counting
) -> None:
    """CASP9 is a gene of the pathway of apoptosis."""
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title="Activation of CASP9")
        )
    builder.build(database, settings.index_dir, counting)
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    lines = [line for one in all_of(suggester, database).values() for line in told(one)]
    none = "has none of the genes that the Key Event names (CASP9); the first has CASP9"
    assert none in lines
    with database.read() as session:
        first = suggester.for_key_event(session, event_of(session, 1513), OF).items[0]
    linked = [part.gene for reason in first.reasons for part in reason.phrase if part.gene]
    assert linked == ["CASP9"]
