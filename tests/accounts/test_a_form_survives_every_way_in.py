"""What was typed while the session ended comes back, however one signs in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.accounts.conftest import sign_in_with, visitor
from tests.conftest import PATHWAY_ANSWERS, SECRET, Member
from tests.forms import form_in
from webapp.accounts import codes
from webapp.accounts.models import SignedInSession, WorkshopCode
from webapp.curation.models import MappingEvent, MappingVersion
from webapp.security import cookie_name

ADDRESS = "/key-events/1513/mappings"
TYPED = {
    "target": "wikipathways:WP254",
    **PATHWAY_ANSWERS,
    "note": "It took an hour to write this.",
}


def by_provider(app: Flask) -> tuple[Member, Callable[[], None]]:
    member = visitor(app)
    sign_in_with(member, "ada")

    def again() -> None:
        assert sign_in_with(member, "ada").status_code == 303

    return member, again


def by_code(app: Flask) -> tuple[Member, Callable[[], None]]:
    member = visitor(app)
    database = app.extensions["kewp.database"]
    with database.write() as session:
        session.add(
            WorkshopCode(
                label="Course",
                code_hash=codes.keyed_hash(SECRET, "ABCD"),
                uses_allowed=1,
                expires_at="2999-01-01T00:00:00.000Z",
            )
        )

    def come_in() -> None:
        page = form_in(member.get("/workshop").text, "/workshop")
        form = {**page.fields, "code": "abcd", "name": "Eve"}
        assert member.client.post("/workshop", data=form).status_code == 303

    come_in()
    return member, come_in


# Without its cookie nobody can tell that a browser is the guest's.
@pytest.mark.parametrize(
    ("way", "lose"),
    [(by_provider, "expired"), (by_provider, "cookie gone"), (by_code, "expired")],
)
def test_it_is_handed_back_and_taken_after_signing_in_again(
    provided: Flask, way: Callable[[Flask], tuple[Member, Callable[[], None]]], lose: str
) -> None:
    member, sign_in_again = way(provided)
    page = member.get("/key-events/1513?target=WP254").text
    form = {**form_in(page, ADDRESS).fields, **TYPED}
    if lose == "cookie gone":
        member.client.delete_cookie(cookie_name(SECRET))
    else:
        with provided.extensions["kewp.runtime"].write() as session:
            session.execute(delete(SignedInSession))

    refused = member.client.post(ADDRESS, data=form)
    assert refused.status_code == 401
    handed_back = form_in(refused.text, ADDRESS).fields
    assert {name: handed_back[name] for name in TYPED} == TYPED

    sign_in_again()
    done = member.client.post(ADDRESS, data=handed_back)
    assert done.status_code == 303, done.text
    with provided.extensions["kewp.database"].read() as session:
        assert session.scalars(select(MappingVersion.note)).all() == [TYPED["note"]]
        assert len(session.scalars(select(MappingEvent.person_id)).all()) == 1


def test_what_one_typed_is_not_sent_unseen_in_the_name_of_the_next(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada")
    page = member.get("/key-events/1513?target=WP254").text
    form = {**form_in(page, ADDRESS).fields, **TYPED}
    sign_in_with(member, "ben")
    refused = member.client.post(ADDRESS, data=form)
    assert refused.status_code == 400
    assert form_in(refused.text, ADDRESS).fields["note"] == TYPED["note"]
    with provided.extensions["kewp.database"].read() as session:
        assert session.scalars(select(MappingVersion)).all() == []
