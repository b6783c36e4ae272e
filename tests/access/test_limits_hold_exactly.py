"""Limits over two real gunicorn workers, all asked at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.access.conftest import Answer, Guarded
from tests.conftest import SECRET
from webapp import create_app
from webapp.accounts import people
from webapp.accounts.sessions import sign_in
from webapp.security import cookie_name


@pytest.fixture(scope="module")
def beside(guarded: Guarded) -> Iterator[Flask]:
    """The same installation opened here, to sign people in without using up what they may do."""
    app = create_app(guarded.settings)
    yield app
    app.extensions["kewp.database"].close()
    app.extensions["kewp.runtime"].close()


def cookie_of(app: Flask, name: str) -> dict[str, str]:
    """The cookie of a browser in which a curator of this name has signed in."""
    with app.extensions["kewp.database"].write() as session:
        person = people.enrol(session, "link", name.casefold(), name, "curator")
    with app.test_request_context() as context:
        sign_in(person.id, "one-time link")
        answer = app.make_response("")
        app.session_interface.save_session(app, context.session, answer)
    value = answer.headers["Set-Cookie"].split(";")[0]
    assert value.startswith(cookie_name(SECRET))
    return {"Cookie": value}


def all_at_once(guarded: Guarded, headers: list[dict[str, str]]) -> list[Answer]:
    """Answers to one request for each of the headers, thirty under way at a time."""
    with ThreadPoolExecutor(30) as pool:
        return list(pool.map(lambda one: guarded.ask("POST", "/ten", one), headers))


def test_ten_of_sixty(guarded: Guarded) -> None:
    answers = all_at_once(guarded, [{"X-Forwarded-For": "192.0.2.10"}] * 60)
    assert Counter(one.status for one in answers) == {200: 10, 429: 50}
    refused = next(one for one in answers if one.status == 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert "Too many requests." in refused.text
    assert "<h1>" in refused.text
    assert Counter(one.headers.get("retry-after") is not None for one in answers)[True] == 50


def test_programs_get_problem_details(guarded: Guarded) -> None:
    headers = {"X-Forwarded-For": "192.0.2.11", "Accept": "application/json"}
    refused = all_at_once(guarded, [headers] * 11)
    [one] = [answer for answer in refused if answer.status == 429]
    assert one.headers["content-type"] == "application/problem+json"
    assert json.loads(one.text)["status"] == 429


def test_thirty_guests_behind_one_address_are_not_stopped(guarded: Guarded, beside: Flask) -> None:
    guests = [cookie_of(beside, f"Guest {number}") for number in range(30)]
    one_address = {"X-Forwarded-For": "192.0.2.12"}
    answers = all_at_once(guarded, [one_address | cookie for cookie in guests * 3])
    assert {one.status for one in answers} == {200}
    # Each has a limit of their own, from wherever.
    again = [{"X-Forwarded-For": f"192.0.2.{20 + n}"} | guests[0] for n in range(10)]
    assert Counter(one.status for one in all_at_once(guarded, again)) == {200: 7, 429: 3}
    # And what they sent counts nothing for the anonymous beside them.
    assert all_at_once(guarded, [one_address])[0].status == 200
