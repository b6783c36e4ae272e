"""Adding and removing ways to sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.conftest import (
    MakeApp,
    come_back,
    sent_away,
    sign_in_with,
    visitor,
    who_is_here,
)
from tests.accounts.openid_provider import OpenIdServer, at_the_provider
from tests.accounts.stand_ins import CLIENT, OrcidStandIn, standing_in
from tests.conftest import Member
from webapp.accounts import identities
from webapp.accounts.models import AuditEvent, Identity, Person
from webapp.database import Database

JOSIAH = "0000-0002-1825-0097"


def ways(app: Flask) -> list[tuple[str, str]]:
    with app.extensions["kewp.database"].read() as session:
        rows = session.execute(
            select(Identity.provider, Identity.subject).order_by(Identity.subject)
        )
        return [(provider, subject) for provider, subject in rows]


def acts(app: Flask) -> list[tuple[str, str]]:
    with app.extensions["kewp.database"].read() as session:
        rows = session.execute(select(AuditEvent.act, AuditEvent.subject).order_by(AuditEvent.id))
        return [(act, subject) for act, subject in rows]


def test_another_account_is_added_and_signs_in_the_same_person(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    answer = sign_in_with(member, "ada.l", "surfconext", "/account/link/surfconext")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    page = member.get("/account").text
    assert "From now on SURFconext signs you in too." in page
    assert "Dr. ada.l" in page
    assert ways(provided) == [("uni", "ada"), ("surfconext", "ada.l")]
    assert acts(provided)[-1] == ("identity.linked", "surfconext")

    other = visitor(provided)
    sign_in_with(other, "ada.l", "surfconext")
    assert who_is_here(other) == "Dr. ada"
    with provided.extensions["kewp.database"].read() as session:
        assert len(session.scalars(select(Person)).all()) == 1


def test_the_account_of_somebody_else_is_not_added(provided: Flask) -> None:
    sign_in_with(visitor(provided), "ben", "uni")
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    answer = sign_in_with(member, "ben", "uni", "/account/link/uni")
    assert answer.status_code == 409
    assert "signs in somebody else here" in answer.text
    assert who_is_here(member) == "Dr. ada"
    assert ways(provided) == [("uni", "ada"), ("uni", "ben")]


def test_who_was_signed_out_meanwhile_gets_nothing_added(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    back = at_the_provider(sent_away(member, "/account/link/surfconext"), "ada.l")
    member.post("/sign-out")
    answer = come_back(member, back)
    assert answer.status_code == 400
    assert "You were signed out meanwhile." in answer.text
    assert who_is_here(member) == ""
    assert ways(provided) == [("uni", "ada")]


def test_another_person_in_the_same_browser_gets_nothing_added(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    back = at_the_provider(sent_away(member, "/account/link/surfconext"), "ada.l")
    sign_in_with(member, "ben", "uni")
    assert come_back(member, back).status_code == 400
    assert ways(provided) == [("uni", "ada"), ("uni", "ben")]


def test_another_site_cannot_begin_it(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    answer = member.get("/account/link/surfconext", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "Another site sent you here." in answer.text


def test_one_is_removed_but_never_the_last(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "ada", "uni")
    sign_in_with(member, "ada.l", "surfconext", "/account/link/surfconext")
    assert member.post("/account/unlink", provider="uni", subject="ada").status_code == 303
    assert ways(provided) == [("surfconext", "ada.l")]
    assert acts(provided)[-1] == ("identity.unlinked", "uni")
    answer = member.post("/account/unlink", provider="surfconext", subject="ada.l")
    assert answer.status_code == 409
    assert "your only way to sign in" in answer.text
    assert ways(provided) == [("surfconext", "ada.l")]
    sign_in_with(visitor(provided), "ada", "uni")
    with provided.extensions["kewp.database"].read() as session:
        assert len(session.scalars(select(Person)).all()) == 2, "what was removed is a stranger's"


def test_nobody_removes_those_of_others(
    curator: Member, second_curator: Member, database: Database
) -> None:
    answer = curator.post("/account/unlink", provider="link", subject="ben curator")
    assert answer.status_code == 409
    with database.read() as session:
        assert len(identities.ways_of(session, second_curator.person_id)) == 1


def test_a_guest_who_adds_a_provider_stays(
    make_app: MakeApp, provider: OpenIdServer, guest: Callable[[Flask, str], Member]
) -> None:
    app = make_app(**provider.settings())
    member = guest(app, "Eve")
    assert "You are a guest of a workshop." in member.get("/account").text
    sign_in_with(member, "eve", "uni", "/account/link/uni")
    assert "You are a guest" not in member.get("/account").text
    later = visitor(app)
    sign_in_with(later, "eve", "uni")
    assert who_is_here(later) == "Eve"


@pytest.fixture
def orcid_app(make_app: MakeApp, provider: OpenIdServer) -> Iterator[Flask]:
    orcid = OrcidStandIn(user={"sub": JOSIAH, "name": "Josiah"})
    with standing_in(orcid):
        app = make_app(
            **provider.settings(),
            ORCID_ISSUER=orcid.address,
            ORCID_CLIENT_ID=CLIENT["client_id"],
            ORCID_CLIENT_SECRET=CLIENT["client_secret"],
        )
        app.extensions["stand-in"] = orcid
        yield app


def add_orcid(app: Flask, member: Member) -> int:
    orcid: OrcidStandIn = app.extensions["stand-in"]
    return come_back(member, orcid.consent(sent_away(member, "/account/link/orcid"))).status_code


def test_an_orcid_id_is_added_to_the_credit_and_removed_with_it(orcid_app: Flask) -> None:
    def credited() -> str | None:
        with orcid_app.extensions["kewp.database"].read() as session:
            found: str | None = session.scalars(select(Person.orcid)).one()
            return found

    member = visitor(orcid_app)
    sign_in_with(member, "ada", "uni")
    assert add_orcid(orcid_app, member) == 303
    assert credited() == JOSIAH
    assert "Add ORCID" not in member.get("/account").text

    orcid_app.extensions["stand-in"].user["sub"] = "0000-0001-5109-3700"
    assert add_orcid(orcid_app, member) == 409, "a person has one"
    assert credited() == JOSIAH

    assert member.post("/account/unlink", provider="orcid", subject=JOSIAH).status_code == 303
    assert credited() is None
