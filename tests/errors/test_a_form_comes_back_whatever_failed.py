"""A view that hands its form back does so for every error, also for a fault of ours."""

from __future__ import annotations

import pytest
from flask import Flask, g, request

from tests.conftest import PATHWAY_ANSWERS, Member
from webapp.accounts.access import public
from webapp.errors import Problem, hands_back


def typed(problem: Problem) -> str:
    """A page that shows the form as it was sent."""
    return f"{problem.status} {problem.title} {request.form['note']} {g.request_id}"


def no_page(problem: Problem) -> str:
    raise RuntimeError("this page is broken as well")


def not_there(problem: Problem) -> str:
    raise Problem(404, "Not found.")


def add(app: Flask, page: object) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    view = public(hands_back(page)(broken))  # type: ignore[arg-type]
    app.add_url_rule("/broken", "broken", view, methods=["POST"])


def test_a_fault_of_ours(app: Flask, anonymous: Member) -> None:
    add(app, typed)
    answer = anonymous.post("/broken", note="An hour's work.")
    assert answer.status_code == 500
    assert answer.text == (
        f"500 Something failed here. An hour's work. {answer.headers['X-Request-ID']}"
    )


@pytest.mark.parametrize("page", [no_page, not_there])
def test_where_its_page_fails_too_there_is_the_error_page(
    page: object, app: Flask, anonymous: Member
) -> None:
    add(app, page)
    answer = anonymous.post("/broken", note="An hour's work.")
    assert answer.status_code == 500
    assert "The fault is ours." in answer.text
    assert "<h1>" in answer.text


def test_a_form_that_is_too_large_to_be_read(curator: Member) -> None:
    answer = curator.post("/key-events/1513/mappings", target="WP254", note="x" * 600_000)
    assert answer.status_code == 413
    assert "back button brings back what you typed" in answer.text


def test_a_field_that_is_far_too_long_comes_back_with_the_others(curator: Member) -> None:
    far_too_long = "x" * 520_000  # nearly as much as a request may have
    answer = curator.post(
        "/key-events/1513/mappings",
        **{"target": "WP254", **PATHWAY_ANSWERS, "note": far_too_long, "references": "12345"},
    )
    assert answer.status_code == 422
    assert "Use at most 4000 characters." in answer.text
    assert far_too_long in answer.text
    assert ">12345</textarea>" in answer.text


def test_programs_are_told_which_fields_are_wrong(curator: Member) -> None:
    answer = curator.client.post(
        "/key-events/1513/mappings",
        data={
            "csrf_token": curator.csrf(),
            "target": "WP254",
            "references": "a paper by Smith",
            **PATHWAY_ANSWERS,
        },
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert set(answer.get_json(force=True)["fields"]) == {"references"}
