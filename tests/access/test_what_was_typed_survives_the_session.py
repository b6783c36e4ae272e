"""A form sent without a session, or with a token of an earlier one, comes back as it was typed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import delete, select

from tests.conftest import PATHWAY_ANSWERS, SECRET, Member, propose
from tests.forms import form_in
from webapp.accounts import links
from webapp.accounts.models import SignedInSession
from webapp.curation.models import Mapping, MappingEvent, MappingVersion
from webapp.database import Database
from webapp.security import cookie_name
from webapp.settings import Settings

ADDRESS = "/key-events/1513/mappings"
TYPED = {
    "target": "wikipathways:WP254",
    **PATHWAY_ANSWERS,
    "references": "10.1000/182",
    "note": "See figure 2 <b>and</b> table 1.\nIt took an hour to write this.",
    "predicate": "skos:exactMatch",
    "confidence": "medium",
    "override_reason": "One study only.",
}


def sign_in_again(app: Flask, member: Member, name: str = "Ada Curator") -> None:
    """Use a one-time link in another tab of the same browser."""
    token = links.issue(app.extensions["kewp.runtime"], name, "curator")
    form = form_in(member.get(f"/sign-in/{token}").text, token)
    assert member.client.post(form.action, data=form.fields).status_code == 303


def end_on_the_server(app: Flask) -> None:
    """The session has expired: the browser still holds its cookie."""
    with app.extensions["kewp.runtime"].write() as session:
        session.execute(delete(SignedInSession))


def forget_the_cookie(app: Flask, member: Member) -> None:
    member.client.delete_cookie(cookie_name(SECRET))


def typed_form(member: Member) -> dict[str, str]:
    """The form of a page that was opened while signed in, filled in."""
    page = member.get("/key-events/1513?target=WP254").text
    return {**form_in(page, ADDRESS).fields, **TYPED}


def notes(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(MappingVersion.note)).all())


def holds_everything(page: str) -> dict[str, str]:
    """The form that came back, after a look that nothing is missing."""
    fields = form_in(page, ADDRESS).fields
    assert {name: fields[name] for name in TYPED} == TYPED
    return fields


@pytest.mark.parametrize("lose", ["expired", "cookie gone"])
def test_signed_out_then_signed_in_in_another_tab_then_pressed_again(
    lose: str, app: Flask, curator: Member, database: Database
) -> None:
    form = typed_form(curator)
    if lose == "expired":
        end_on_the_server(app)
    else:
        forget_the_cookie(app, curator)

    refused = curator.client.post(ADDRESS, data=form)
    assert refused.status_code == 401
    assert "You are not signed in." in refused.text
    again = holds_everything(refused.text)
    sign_in = re.search(r'href="(/sign-in\?next=[^"]*)" target="_blank"', refused.text)
    assert sign_in is not None
    assert "/key-events/1513?target%3DWP254" in sign_in[1]
    assert notes(database) == []

    # Until then the button does not work, as often as it is pressed.
    assert curator.client.post(ADDRESS, data=again).status_code == 401
    assert notes(database) == []

    sign_in_again(app, curator)
    done = curator.client.post(ADDRESS, data=again)
    assert done.status_code == 303, done.text
    assert notes(database) == [TYPED["note"]]
    with database.read() as session:
        events = session.scalars(select(MappingEvent)).all()
    assert [(one.action, one.person_id) for one in events] == [("propose", curator.person_id)]


def test_the_page_that_was_open_all_along_can_be_sent_after_signing_in_again(
    app: Flask, curator: Member, database: Database
) -> None:
    form = typed_form(curator)
    end_on_the_server(app)
    sign_in_again(app, curator)
    assert curator.client.post(ADDRESS, data=form).status_code == 303
    assert notes(database) == [TYPED["note"]]


def test_a_form_of_an_earlier_session_comes_back_with_a_fresh_token(
    app: Flask, curator: Member, database: Database
) -> None:
    form = typed_form(curator)
    curator.post("/sign-out")
    sign_in_again(app, curator)
    refused = curator.client.post(ADDRESS, data=form)
    assert refused.status_code == 400
    assert "no longer valid" in refused.text
    assert "Ada Curator" in refused.text, "the page knows who is here"
    again = holds_everything(refused.text)
    assert notes(database) == []
    assert curator.client.post(ADDRESS, data=again).status_code == 303
    assert notes(database) == [TYPED["note"]]


def test_what_one_person_typed_is_not_sent_unseen_in_the_name_of_the_next(
    app: Flask, curator: Member, database: Database
) -> None:
    form = typed_form(curator)
    sign_in_again(app, curator, "Ben Curator")
    refused = curator.client.post(ADDRESS, data=form)
    assert refused.status_code == 400
    holds_everything(refused.text)
    assert notes(database) == []


def test_the_reason_of_a_reviewer_comes_back_too(
    app: Flask, curator: Member, reviewer: Member, database: Database
) -> None:
    uuid = propose(curator)
    form = form_in(reviewer.get(f"/mappings/{uuid}?return_to=review").text, "/approve").fields
    form["reason"] = "The pathway is about another cell type."
    end_on_the_server(app)
    refused = reviewer.client.post(f"/mappings/{uuid}/reject", data=form)
    assert refused.status_code == 401
    again = form_in(refused.text, "/approve").fields
    assert {name: again[name] for name in ("reason", "version", "return_to")} == {
        "reason": form["reason"],
        "version": "1",
        "return_to": "review",
    }
    token = links.issue(app.extensions["kewp.runtime"], "Cleo Reviewer", "reviewer")
    link = form_in(reviewer.get(f"/sign-in/{token}").text, token)
    assert reviewer.client.post(link.action, data=link.fields).status_code == 303
    assert reviewer.client.post(f"/mappings/{uuid}/reject", data=again).status_code == 303
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "rejected"
        last = session.scalars(select(MappingEvent).order_by(MappingEvent.id.desc())).first()
    assert last is not None
    assert last.reason == form["reason"]


def test_the_verdict_says_that_nobody_is_signed_in(app: Flask, curator: Member) -> None:
    form = typed_form(curator)
    end_on_the_server(app)
    answer = curator.client.post("/key-events/1513/preview", data=form)
    assert answer.status_code == 401
    assert "<html" not in answer.text, "it is shown in the place of the verdict"
    assert "You are not signed in." in answer.text


@pytest.mark.usefixtures("impatient")
def test_a_busy_database_hands_the_form_back(
    curator: Member, settings: Settings, database: Database
) -> None:
    form = typed_form(curator)
    holder = dbapi2.connect(str(settings.database_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    refused = curator.client.post(ADDRESS, data=form)
    holder.execute("ROLLBACK")
    holder.close()
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    again = holds_everything(refused.text)
    assert curator.client.post(ADDRESS, data=again).status_code == 303
    assert notes(database) == [TYPED["note"]]


@pytest.mark.parametrize(
    ("path", "page"),
    [
        (ADDRESS, "/key-events/1513"),
        ("/mappings/{uuid}/reject", "/mappings/{uuid}"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(
    path: str, page: str, curator: Member, anonymous: Member
) -> None:
    uuid = propose(curator)
    answer = anonymous.get(path.format(uuid=uuid))
    assert (answer.status_code, answer.headers["Location"]) == (302, page.format(uuid=uuid))


def test_signing_in_from_a_page_that_came_back_leads_to_a_page_that_can_be_read(
    app: Flask, curator: Member
) -> None:
    form = typed_form(curator)
    forget_the_cookie(app, curator)
    refused = curator.client.post(ADDRESS, data=form).text
    for address in re.findall(r'href="(/sign-in\?next=[^"]*)"', refused):
        curator.get(address.replace("&amp;", "&"))
        token = links.issue(app.extensions["kewp.runtime"], "Ada Curator", "curator")
        link = form_in(curator.get(f"/sign-in/{token}").text, token)
        there = curator.client.post(link.action, data=link.fields).headers["Location"]
        assert there.startswith("/key-events/1513?")
        assert curator.get(there).status_code == 200
        curator.post("/sign-out")


def test_programs_get_problem_details_that_lead_back(anonymous: Member) -> None:
    came_from = "/key-events/1513?target=WP254"
    headers = {"Accept": "application/json", "Referer": f"http://localhost{came_from}"}
    answer = anonymous.client.post(ADDRESS, data={"target": "WP254"}, headers=headers)
    assert answer.status_code == 401
    body = answer.get_json(force=True)
    assert body["title"] == "You are not signed in."
    assert body["link"] == "/sign-in?next=/key-events/1513?target%3DWP254"
    elsewhere = {**headers, "Referer": "https://evil.example/"}
    answer = anonymous.client.post(ADDRESS, data={"target": "WP254"}, headers=elsewhere)
    assert answer.get_json(force=True)["link"] == "/sign-in"


def test_the_key_of_the_session_changes_when_somebody_signs_in(app: Flask, curator: Member) -> None:
    def key() -> str:
        with curator.client.session_transaction() as session:
            return str(session["key"])

    before = key()
    sign_in_again(app, curator)
    assert key() != before
    with app.extensions["kewp.runtime"].read() as session:
        known = session.scalars(select(SignedInSession.key_hash)).all()
    assert known == [links.hashed(key())]
