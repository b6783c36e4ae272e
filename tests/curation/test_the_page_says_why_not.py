"""The question below a list of suggestions, and its answer beside a candidate that is not in it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.conftest import PATHWAY_ANSWERS, Member
from tests.forms import form_in
from tests.search.conftest import plain
from tests.suggestions.conftest import Counting
from tests.suggestions.conftest import counting as counting
from tests.suggestions.conftest import encoder as encoder
from webapp.catalog.models import KeyEvent, Target
from webapp.curation.models import MappingVersion
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.service import Suggester


@pytest.fixture
def ranked(app: Flask, database: Database, settings: Settings, counting: Counting) -> Suggester:
    """The application with an index of vectors."""
    builder.build(database, settings.index_dir, counting)
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.load_index()
    app.extensions["kewp.suggestions"] = suggester
    return suggester


def page(member: Member, address: str) -> str:
    answer = member.get(address)
    assert answer.status_code == 200
    return answer.text


def answer_of(text: str) -> str:
    """The words of the panel part that answers."""
    return plain(text.split('<div class="panel-body" id="why">', 1)[1].split("<ol", 1)[0])


@pytest.mark.usefixtures("ranked")
@pytest.mark.parametrize(
    "asked",
    [
        "WP197",
        "Cholesterol biosynthesis pathway",
        "https://www.wikipathways.org/pathways/WP197.html",
    ],
)
def test_the_address_holds_the_question(anonymous: Member, asked: str) -> None:
    response = anonymous.get("/key-events/1513", query_string={"why": asked})
    told = answer_of(response.text)
    assert "Why is WP197 Cholesterol biosynthesis pathway not here?" in told
    assert re.search(r"WP197 comes \d+(?:st|nd|rd|th) of 62 in WikiPathways", told)
    assert "Beside the 10th" in told
    form = form_in(response.text, "/key-events/1513#why")
    assert form.fields["why"] == asked


@pytest.mark.usefixtures("ranked")
def test_without_a_question_the_form_waits_below_the_list(anonymous: Member) -> None:
    text = page(anonymous, "/key-events/1513")
    assert "<summary>Why is … not here?</summary>" in text
    assert text.index("</ol>") < text.index('id="why"')


@pytest.mark.usefixtures("ranked")
@pytest.mark.parametrize(
    ("asked", "remedy"),
    [
        ("", "Write an identifier such as WP254"),
        ("no such thing", "or search for words of the title"),
        ("WP0", "WP0 is not in this catalog. Check the number"),
        ("KE 1513", "KE 1513 is no entry that can be suggested. Write an identifier"),
        ("<script>", "the exact title “&lt;script&gt;”"),
    ],
)
def test_what_cannot_be_asked_is_said_at_the_field(
    anonymous: Member, asked: str, remedy: str
) -> None:
    text = anonymous.get("/key-events/1513", query_string={"why": asked}).text
    error = re.search(r'id="f-why-error">(.*?)</p>', text, re.DOTALL)
    assert error is not None
    assert remedy in error[1]
    assert 'aria-invalid="true"' in text
    assert "<script>" not in text.split("<main", 1)[1]
    assert '<ol class="rows"' in text, "the list is there all the same"


@pytest.mark.usefixtures("ranked")
def test_a_chosen_target_that_is_not_listed_says_so_by_itself(anonymous: Member) -> None:
    absent = page(anonymous, "/key-events/1513?target=WP197")
    candidate = plain(absent.split('id="candidate"', 1)[1])
    assert "Why it is not in the list" in candidate
    assert "of 62 in WikiPathways" in candidate
    listed = page(anonymous, "/key-events/1513?target=WP254")
    assert "Why it is not in the list" not in listed
    both = page(anonymous, "/key-events/1513?target=WP197&why=WP197")
    assert both.count("of 62 in WikiPathways") == 1


@pytest.mark.usefixtures("ranked")
@pytest.mark.parametrize("searched", ["WP197", "cholesterol"])
def test_one_that_a_search_found_says_where_the_suggestions_have_it(
    anonymous: Member, searched: str
) -> None:
    found = page(anonymous, f"/key-events/1513?q={searched}&target=WP197")
    assert "Why it is not in the list" in found
    assert "Its place" in page(anonymous, "/key-events/1513?q=WP254")


@pytest.mark.usefixtures("ranked")
def test_a_retired_one_is_told(anonymous: Member, database: Database) -> None:
    with database.write() as session:
        session.execute(
            update(Target)
            .where(Target.identifier == "wikipathways:WP254")
            .values(retired_at="2026-01-01T00:00:00Z")
        )
    told = answer_of(page(anonymous, "/key-events/1513?why=WP254"))
    assert "WikiPathways retired WP254" in told


def test_by_words_alone_it_says_so_once(app: Flask, anonymous: Member) -> None:
    app.extensions["kewp.suggestions"].load_index()
    text = page(anonymous, "/key-events/1513?why=WP197")
    assert text.count("no suggestion index has been built yet") == 1
    assert "shares no word with the title" in answer_of(text)


@pytest.mark.usefixtures("ranked")
def test_what_matched_is_marked_and_nothing_else_is_markup(
    anonymous: Member, database: Database, ranked: Suggester
) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent)
            .where(KeyEvent.number == 1513)
            .values(description="Cells <b>die</b>. This is <i>apoptosis</i>, in short. It is fast.")
        )
    text = page(anonymous, "/key-events/1513?target=WP254")
    assert "<h1>General <mark>Apoptosis</mark></h1>" in text
    assert "This is &lt;i&gt;<mark>apoptosis</mark>&lt;/i&gt;, in short." in text
    assert "<b>die" not in text
    assert '<mark>Apoptosis</mark></a> <span class="curie">WP254' in text
    assert "shares the word <mark>apoptosis</mark>" in text


@pytest.mark.usefixtures("ranked")
def test_each_suggestion_opens_to_its_evidence(anonymous: Member) -> None:
    rows = page(anonymous, "/key-events/1513").split('<ol class="rows"', 1)[1].split("</ol>")[0]
    assert rows.count('<details class="evidence">') == 10
    assert plain(rows).count("Why?") == 10
    for label in ("Words", "Meaning", "Compared"):
        assert f"<dt>{label}</dt>" in rows


def test_a_list_that_was_not_there_yet_is_not_kept(
    curator: Member, app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one would count as a miss of the ranker."""
    monkeypatch.setattr(app.extensions["kewp.suggestions"]._holder, "load", lambda: None)
    text = page(curator, "/key-events/1513?target=WP254")
    assert "Suggestions are being prepared" in text
    form = form_in(text, "/mappings").fields
    assert form["shown"] == ""
    sent = curator.client.post("/key-events/1513/mappings", data={**form, **PATHWAY_ANSWERS})
    assert sent.status_code == 303
    with database.read() as session:
        kept = session.query(MappingVersion).one()
    assert kept.shown is None
