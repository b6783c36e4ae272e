"""Forms: labels, hints and errors are tied to their fields; nothing is answered in advance."""

from __future__ import annotations

import re

from tests.design.conftest import Render

OPTIONS = [("known", "Known", "in the literature"), ("likely", "Likely", "")]


def test_a_field_knows_its_label_hint_and_error(render: Render) -> None:
    html = render("{{ ui.field('name', 'Name', 'Ada', hint='In full.', error='Too long.') }}")
    assert '<label class="field-label" for="f-name">Name</label>' in html
    assert 'aria-describedby="f-name-hint f-name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="Ada"' in html
    for part in ("hint", "error"):
        assert f'id="f-name-{part}"' in html


def test_a_field_without_an_error_is_not_invalid(render: Render) -> None:
    html = render("{{ ui.field('name', 'Name', maxlength=200) }}")
    assert "aria-" not in html
    assert 'maxlength="200"' in html


def test_what_was_typed_comes_back_escaped(render: Render) -> None:
    for call in ("ui.field('note', 'Note', typed)", "ui.field('note', 'Note', typed, rows=3)"):
        html = render("{{ " + call + " }}", typed='"><script>x</script></textarea>')
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


def test_a_select_keeps_the_choice(render: Render) -> None:
    html = render("{{ ui.select_field('n', 'N', [(1, 'one'), (2, 'two')], '2') }}")
    assert re.findall(r"<option[^>]* selected>(\w+)<", html) == ["two"]


def test_a_question_is_never_answered_in_advance(render: Render) -> None:
    html = render("{{ ui.radio_question('evidence', 'How sure?', options) }}", options=OPTIONS)
    assert " checked" not in html
    assert html.count(" required") == 2


def test_a_question_keeps_the_answer_that_was_given(render: Render) -> None:
    html = render(
        "{{ ui.radio_question('evidence', 'How sure?', options, chosen='likely') }}",
        options=OPTIONS,
    )
    assert re.findall(r'value="(\w+)"[^>]* checked', html) == ["likely"]


def test_the_summary_links_to_the_fields(render: Render) -> None:
    html = render(
        "{{ ui.error_summary(errors) }}"
        "{{ ui.field('name', 'Name', error=errors['name']) }}"
        "{{ ui.radio_question('evidence', 'How sure?', options, error=errors['evidence']) }}",
        errors={"name": "Give a name.", "evidence": "Choose one.", "": "The pair is live already."},
        options=OPTIONS,
    )
    targets = re.findall(r'href="#([\w-]+)"', html)
    assert targets == ["f-name", "f-evidence"]
    for target in targets:
        assert re.search(rf'<input[^>]* id="{target}"', html)
    assert "3 fields need you" in html
    assert "autofocus" in html


def test_no_errors_no_summary(render: Render) -> None:
    assert render("{{ ui.error_summary({}) }}") == ""


def test_a_button_that_changes_something_carries_the_token(render: Render) -> None:
    html = render("{{ ui.post_button('/x', 'Withdraw', 'danger', fields={'version': 2}) }}")
    assert '<form class="button-form" method="post" action="/x">' in html
    assert 'name="csrf_token" value="the-token"' in html
    assert 'name="version" value="2"' in html
    assert 'class="button button-danger"' in html
