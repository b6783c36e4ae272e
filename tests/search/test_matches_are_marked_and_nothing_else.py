from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.search.conftest import Search
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.search.reading import read

EVIL = '<script>alert(1)</script> & "Quark" <mark>'


@pytest.mark.parametrize(
    ("asked", "title", "marked"),
    [
        ("fibrosis", "Liver Fibrosis", "Liver <mark>Fibrosis</mark>"),
        ("increases", "Increase, ROS", "<mark>Increase</mark>, ROS"),
        ("apop", "Apoptosis", "<mark>Apoptosis</mark>"),
        ("beta", "TGF-β1 and TGF-β", "TGF-<mark>β1</mark> and TGF-<mark>β</mark>"),
        ("il6", "IL-6 signaling", "<mark>IL-6</mark> signaling"),
        ("naive", "Naïve T cells", "<mark>Naïve</mark> T cells"),
        ("lt", "a < b", "a &lt; b"),
        ("b", "a < b & c", "a &lt; <mark>b</mark> &amp; c"),
        ("script", "<script>", "&lt;<mark>script</mark>&gt;"),
    ],
)
def test_the_words_that_fit_are_marked_in_escaped_text(asked: str, title: str, marked: str) -> None:
    assert str(read(asked).marks.on(title)) == marked


def test_script_in_titles_and_queries_is_text(
    database: Database, request: pytest.FixtureRequest
) -> None:
    with database.write() as session:
        session.execute(
            update(KeyEvent).where(KeyEvent.number == 1513).values(title=EVIL, short_title=EVIL)
        )
    search: Search = request.getfixturevalue("search")
    for text in ("quark", EVIL):
        page = search(text)
        assert "<script" not in page
        assert "<mark>Quark</mark>" in page
        assert page.count("<mark>") == page.count("</mark>")
