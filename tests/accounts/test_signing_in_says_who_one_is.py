"""The pages of signing in know who is signed in already, and lead on."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.conftest import Member
from tests.forms import form_in
from webapp.accounts import links
from webapp.accounts.models import SignedInSession


def link_for(app: Flask, name: str) -> str:
    return links.issue(app.extensions["kewp.runtime"], name, "curator")


def test_the_page_says_whom_the_link_replaces(
    app: Flask, curator: Member, anonymous: Member
) -> None:
    token = link_for(app, "Ben Curator")
    page = curator.get(f"/sign-in/{token}").text
    assert "You are signed in as Ada Curator. The button signs you out and Ben Curator in." in page
    assert "You are signed in" not in anonymous.get(f"/sign-in/{token}").text
    again = link_for(app, "ada  CURATOR")
    assert "You are signed in as Ada Curator already." in curator.get(f"/sign-in/{again}").text


def test_back_after_signing_in_leads_on(app: Flask, anonymous: Member) -> None:
    token = link_for(app, "Ada Curator")
    anonymous.get("/sign-in?next=/key-events/1513")
    form = form_in(anonymous.get(f"/sign-in/{token}").text, token)
    done = anonymous.client.post(form.action, data=form.fields)
    assert done.headers["Location"] == "/key-events/1513"
    for answer in (
        anonymous.get(f"/sign-in/{token}"),
        anonymous.client.post(form.action, data=form.fields),
    ):
        assert answer.status_code == 410
        assert "You are signed in as Ada Curator already" in answer.text
        assert '<a class="button button-primary" href="/key-events/1513">Go on</a>' in answer.text
    with app.extensions["kewp.runtime"].read() as session:
        assert len(session.scalars(select(SignedInSession)).all()) == 1


def test_a_link_that_cannot_be_used_leads_to_how_to_sign_in(anonymous: Member) -> None:
    answer = anonymous.get("/sign-in/unknown")
    assert answer.status_code == 410
    assert 'href="/sign-in">How to sign in</a>' in answer.text
