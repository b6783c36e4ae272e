"""Lists, tables and ways through them."""

from __future__ import annotations

import re

import pytest

from tests.design.conftest import Render


def pages_shown(html: str) -> list[str]:
    return re.findall(r"(?:>Page </span>|aria-hidden=\"true\">)(\d+|…)<", html)


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 2, ["1", "2"]),
        (1, 9, ["1", "2", "…", "9"]),
        (4, 9, ["1", "2", "3", "4", "5", "…", "9"]),
        (5, 9, ["1", "…", "4", "5", "6", "…", "9"]),
        (9, 9, ["1", "…", "8", "9"]),
    ],
)
def test_pagination_shows_ends_and_neighbours(
    render: Render, page: int, pages: int, shown: list[str]
) -> None:
    html = render(
        "{{ ui.pagination(page, pages, url) }}",
        page=page,
        pages=pages,
        url=lambda number: f"/list?page={number}",
    )
    assert pages_shown(html) == shown
    assert html.count('aria-current="page"') == 1
    assert ('rel="prev"' in html) is (page > 1)
    assert ('rel="next"' in html) is (page < pages)


def test_one_page_needs_no_pagination(render: Render) -> None:
    assert render("{{ ui.pagination(1, 1, url) }}", url=str) == ""


def test_a_suggestion_gives_its_reasons_and_the_state_of_the_pair(render: Render) -> None:
    html = render(
        "{{ ui.suggestion(3, 'go_bp', 'GO:0006915', 'a <b> title', '/ke', ['one', 'two'],"
        " state='rejected', mapping_url='/mappings/1', selected=True) }}"
    )
    assert 'aria-current="true"' in html
    assert "a &lt;b&gt; title" in html
    assert re.findall(r"<li>(\w+)</li>", html) == ["one", "two"]
    assert 'href="/mappings/1" aria-label="Mapping: rejected"' in html


def test_a_history_tells_who_what_when_and_why(render: Render) -> None:
    html = render(
        "{{ ui.timeline([{'at': '2026-11-04T10:40:00Z', 'who': 'Ada', 'what': 'returned version 1',"
        " 'state': 'returned', 'reason': 'Which <paper>?', 'details': ['rank 1']}]) }}"
    )
    assert "<strong>Ada</strong> returned version 1" in html
    assert 'datetime="2026-11-04T10:40:00Z"' in html
    assert "<blockquote><p>Which &lt;paper&gt;?</p></blockquote>" in html
    assert "<li>rank 1</li>" in html


def test_a_table_has_caption_heads_and_a_frame_that_the_keyboard_can_scroll(render: Render) -> None:
    html = render(
        "{% call ui.data_table('Key Events', ['Title', {'label': 'Genes', 'number': True,"
        " 'sort': '?sort=genes', 'sorted': 'descending'}]) %}<tr><td>x</td></tr>{% endcall %}"
    )
    assert "<caption>Key Events</caption>" in html
    assert 'role="region" aria-label="Key Events" tabindex="0"' in html
    assert html.count('<th scope="col"') == 2
    assert 'aria-sort="descending"' in html
    assert '<a href="?sort=genes">Genes' in html


def test_definitions_leave_out_what_is_unknown(render: Render) -> None:
    html = render("{{ ui.definitions([('A', 'x'), ('B', None), ('C', ''), ('D', 0)]) }}")
    assert re.findall(r"<dt>(\w)</dt>", html) == ["A", "D"]


def test_a_bar_is_said_in_words_and_fills_its_width(render: Render) -> None:
    html = render("{{ ui.bar([('approved', 2), ('rejected', 0), ('proposed', 1)], '2 and 1') }}")
    assert 'role="img" aria-label="2 and 1"' in html
    assert re.findall(r'class="(bar-\w+)" x="([\d.]+)" y="0" width="([\d.]+)"', html) == [
        ("bar-approved", "0.000", "66.667"),
        ("bar-proposed", "66.667", "33.333"),
    ]


def test_an_empty_page_says_how_to_fill_it(render: Render) -> None:
    html = render("{{ ui.empty_state('Nothing waits', 'Proposals appear here.', ('Go', '/ke')) }}")
    assert '<a class="button" href="/ke">Go</a>' in html
