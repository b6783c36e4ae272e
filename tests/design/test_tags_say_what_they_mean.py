"""Badges and tags: a word for everyone, a sign beside it, and only signs that exist."""

from __future__ import annotations

import re

import pytest

from tests.design.conftest import Render
from webapp.catalog.models import LEVELS, ROLES
from webapp.catalog.registry import RESOURCES
from webapp.curation.models import CONFIDENCES, PREDICATES, STATES
from webapp.settings import ROOT

SPRITE = (ROOT / "webapp/static/icons/sprite.svg").read_text()
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))


def icons_in(html: str) -> list[str]:
    return re.findall(r"sprite\.svg#([\w-]+)", html)


def words_in(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_word_sign_and_colour(render: Render, state: str) -> None:
    html = render("{{ ui.state_badge(state) }}", state=state)
    assert words_in(html) == state
    assert icons_in(html) == [state]
    assert state in SYMBOLS
    assert f"badge-{state}" in html


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_a_word_and_a_sign_of_its_own(render: Render, level: str) -> None:
    html = render("{{ ui.level_tag(level) }}", level=level)
    assert words_in(html) == level.lower()
    assert set(icons_in(html)) <= SYMBOLS


def test_a_missing_level_says_so(render: Render) -> None:
    assert words_in(render("{{ ui.level_tag(None) }}")) == "no level"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_explains_its_letters(render: Render, role: str) -> None:
    html = render("{{ ui.role_tag(role) }}", role=role)
    assert words_in(html) == role
    assert re.search(r'title="[a-z ]{9,}"', html)


def test_every_resource_has_two_letters_of_its_own(render: Render) -> None:
    letters = [words_in(render("{{ ui.resource_tag(key) }}", key=key)) for key in RESOURCES]
    assert letters == ["WP", "GO", "RE"]


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_confidence_is_said_in_full(render: Render, confidence: str) -> None:
    html = render("{{ ui.confidence_tag(confidence) }}", confidence=confidence)
    assert words_in(html) == f"{confidence} confidence"
    assert set(icons_in(html)) <= SYMBOLS


@pytest.mark.parametrize("predicate", PREDICATES)
def test_a_mapping_reads_as_a_sentence(render: Render, predicate: str) -> None:
    html = render(
        "{{ ui.triple({'title': 'A', 'id': 'aop.events:1'}, predicate, object) }}",
        predicate=predicate,
        object={"title": "B", "id": "b"},
    )
    sentence = words_in(html)
    assert re.fullmatch(rf"A aop\.events:1 (is|includes) [a-z ]+ {predicate} B b", sentence)


def test_dates_are_absolute_with_room_for_the_distance(render: Render) -> None:
    day = render("{{ ui.time('2026-11-05T14:03:00Z') }}")
    assert words_in(day).replace("&nbsp;", " ") == "5 Nov 2026"
    assert 'datetime="2026-11-05T14:03:00Z"' in day
    exact = render("{{ ui.time('2026-01-31T00:05:00Z', '2 days ago', clock=True) }}")
    assert words_in(exact).replace("&nbsp;", " ") == "31 Jan 2026, 00:05 UTC"
    assert 'title="2 days ago"' in exact


def test_an_identifier_that_leads_elsewhere_is_marked(render: Render) -> None:
    outside = render("{{ ui.curie('WP254', 'https://example.org/') }}")
    assert icons_in(outside) == ["outside"]
    assert 'rel="external"' in outside
    assert icons_in(render("{{ ui.curie('WP254', '/', outside=False) }}")) == []


def test_all_icons_that_templates_name_exist() -> None:
    named: set[str] = set()
    for template in (ROOT / "webapp/templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'icon\("([\w-]+)"', text))
        named |= set(re.findall(r'icon_name="([\w-]+)"', text))
    assert named
    # "level-" ~ level and the like are prefixes; the tests above complete them.
    prefixes = {name for name in named if name.endswith("-")}
    assert named - prefixes <= SYMBOLS
    assert all(any(one.startswith(prefix) for one in SYMBOLS) for prefix in prefixes)
