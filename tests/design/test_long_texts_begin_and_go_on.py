from __future__ import annotations

import pytest

from tests.design.conftest import Render
from webapp.texts import LONG, split_long

SENTENCES = "The hepatic stellate cell is activated. " * 200


def test_a_short_text_is_shown_whole(render: Render) -> None:
    shown = render("{{ ui.long_text(text) }}", text="One.\n\nTwo.")
    assert "<p>One.</p><p>Two.</p>" in shown
    assert "<details" not in shown


def test_a_long_one_begins_and_the_rest_is_a_click_away(render: Render) -> None:
    shown = render("{{ ui.long_text(text, 'Description') }}", text=SENTENCES)
    head, rest = shown.split("<details>")
    assert len(head) < LONG * 1.4
    assert "<summary>Show all of it</summary>" in rest
    assert 'aria-label="Description"' in head


@pytest.mark.parametrize(
    "text", [SENTENCES, "x" * 5000, "\n\n".join(["A paragraph of words"] * 300), "a " * 3000, ""]
)
def test_nothing_is_lost_and_no_word_is_torn(text: str) -> None:
    head, rest = split_long(text)
    assert "".join((head + rest).split()) == "".join(text.split())
    if rest:
        assert len(head) <= LONG + 20
        assert text.removeprefix(head)[0].isspace(), "a word is torn"


def test_what_is_typed_stays_text(render: Render) -> None:
    shown = render("{{ ui.long_text(text) }}", text="<script>x</script> " * 200)
    assert "<script>" not in shown
