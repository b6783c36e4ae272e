"""A page of administrators does not come back to somebody who may not see it."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.conftest import Member
from webapp.errors import _HANDS_BACK, DECLARED


@pytest.fixture
def paths(app: Flask) -> list[str]:
    """Addresses of administrators whose forms come back as they were typed."""
    found = [
        re.sub(r"<[^>]+>", "x", rule.rule)
        for rule in app.url_map.iter_rules()
        if getattr(view := app.view_functions[rule.endpoint], DECLARED, "") == "admin"
        and hasattr(view, _HANDS_BACK)
        and "POST" in (rule.methods or ())
    ]
    assert "/invitations/link" in found
    return found


def test_a_stranger_gets_the_refusal_alone(
    paths: list[str], admin: Member, anonymous: Member, curator: Member
) -> None:
    admin.post("/invitations/codes", label="A course in May", uses="2", days="3")
    assert "A course in May" in admin.get("/invitations").text
    for path in paths:
        for member, token, status in (
            (anonymous, "", 401),
            (anonymous, anonymous.csrf(), 401),
            (curator, curator.csrf(), 403),
        ):
            answer = member.client.post(path, data={"csrf_token": token, "name": "Somebody"})
            assert answer.status_code == status
            assert "A course in May" not in answer.text
            assert "Codes of workshops" not in answer.text


def test_an_administrator_gets_it_back(admin: Member) -> None:
    refused = admin.post("/invitations/codes", label="A long name", uses="many", days="3")
    assert refused.status_code == 422
    assert "A long name" in refused.text
