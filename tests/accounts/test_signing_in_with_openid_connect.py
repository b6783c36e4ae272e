"""The whole way with an independent provider: discovery, PKCE, nonce, user info."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

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
from tests.accounts.openid_provider import ADDRESS, OpenIdServer, at_the_provider
from tests.conftest import SECRET
from webapp.accounts.models import AuditEvent, Identity, Person, SignedInSession, SignInAttempt
from webapp.security import cookie_name


@pytest.mark.parametrize(
    ("key", "label"),
    [("uni", "Our University"), ("lslogin", "Life Science Login"), ("surfconext", "SURFconext")],
)
def test_a_new_person_comes_in_as_a_curator(provided: Flask, key: str, label: str) -> None:
    member = visitor(provided)
    assert f"Sign in with {label}" in member.get("/sign-in?next=/review").text
    answer = sign_in_with(member, "ada", key)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/review")
    assert who_is_here(member) == "Dr. ada"
    with provided.extensions["kewp.database"].read() as session:
        [person] = session.scalars(select(Person))
        [identity] = session.scalars(select(Identity))
        acts = session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all()
    assert (person.name, person.role, person.orcid) == ("Dr. ada", "curator", None)
    assert (identity.provider, identity.subject, identity.person_id) == (key, "ada", person.id)
    assert acts == ["person.added", "sign-in.done"]


def test_what_is_sent_is_as_the_standards_want_it(provided: Flask, provider: OpenIdServer) -> None:
    member = visitor(provided)
    place = sent_away(member)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(place).query).items()}
    assert place.startswith(f"{provider.issuer}/auth?")
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/with/uni/callback"
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert "secret" not in place
    other = parse_qs(urlsplit(sent_away(member)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert other[name][0] != asked[name]


def test_the_address_comes_from_the_settings_whatever_the_browser_says(provided: Flask) -> None:
    place = provided.test_client().get("/sign-in/with/uni", base_url="http://evil.example")
    asked = parse_qs(urlsplit(place.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"{ADDRESS}/sign-in/with/uni/callback"]


def test_the_same_account_is_the_same_person_and_keeps_name_and_role(provided: Flask) -> None:
    sign_in_with(visitor(provided), "ada")
    database = provided.extensions["kewp.database"]
    with database.write() as session:
        person = session.scalars(select(Person)).one()
        person.name, person.role = "Ada Lovelace", "reviewer"
    member = visitor(provided)
    sign_in_with(member, "ada")
    assert who_is_here(member) == "Ada Lovelace"
    with database.read() as session:
        assert session.scalars(select(Person.role)).all() == ["reviewer"]


def test_the_same_identifier_of_another_provider_is_another_person(provided: Flask) -> None:
    sign_in_with(visitor(provided), "ada", "uni")
    sign_in_with(visitor(provided), "ada", "lslogin")
    with provided.extensions["kewp.database"].read() as session:
        assert len(session.scalars(select(Person)).all()) == 2


def test_somebody_without_a_name_gets_one(provided: Flask) -> None:
    member = visitor(provided)
    sign_in_with(member, "nameless")
    assert who_is_here(member) == "Somebody of Our University"


def test_listed_people_are_administrators_letter_by_letter(
    make_app: MakeApp, provider: OpenIdServer
) -> None:
    app = make_app(**provider.settings(), ADMIN_USERS="uni:Ada", NEW_PEOPLE="nobody")
    sign_in_with(visitor(app), "Ada")
    refused = sign_in_with(visitor(app), "ada")
    assert refused.status_code == 403
    with app.extensions["kewp.database"].read() as session:
        assert session.execute(select(Person.name, Person.role)).all() == [("Dr. Ada", "admin")]


def test_where_new_people_are_invited_they_are_told(
    make_app: MakeApp, provider: OpenIdServer
) -> None:
    app = make_app(**provider.settings(), NEW_PEOPLE="nobody")
    member = visitor(app)
    answer = sign_in_with(member, "ada")
    assert answer.status_code == 403
    assert "This site does not know you yet." in answer.text
    assert "Ask an administrator for a link" in answer.text
    assert who_is_here(member) == ""
    with app.extensions["kewp.database"].read() as session:
        assert session.scalars(select(Person)).all() == []
        [act] = session.scalars(select(AuditEvent))
    assert (act.act, act.subject, act.detail) == ("sign-in.failed", "uni", {"reason": "unknown"})


def test_the_key_of_the_session_is_a_new_one_and_nothing_is_left_over(provided: Flask) -> None:
    member = visitor(provided)
    before = sent_away(member)
    cookie = member.client.get_cookie(cookie_name(SECRET))
    assert cookie is not None
    come_back(member, at_the_provider(before, "ada"))
    after = member.client.get_cookie(cookie_name(SECRET))
    assert after is not None
    assert after.value != cookie.value
    with provided.extensions["kewp.runtime"].read() as session:
        assert session.scalars(select(SignInAttempt)).all() == []
        assert session.scalars(select(SignedInSession.way)).all() == ["Our University"]


def test_nobody_is_led_to_another_site(provided: Flask) -> None:
    member = visitor(provided)
    member.get("/sign-in", query_string={"next": "//evil.example/"})
    assert sign_in_with(member, "ada").headers["Location"] == "/"


def test_only_what_is_configured_is_shown(app: Flask, provided: Flask) -> None:
    assert "Sign in with" not in visitor(app).get("/sign-in").text
    page = visitor(provided).get("/sign-in").text
    assert page.count("Sign in with") == 3
    assert "GitHub" not in page
    assert visitor(provided).get("/sign-in/with/github").status_code == 404
    assert visitor(provided).get("/sign-in/with/github/callback").status_code == 404


def test_a_provider_may_change_its_keys(provided: Flask, provider: OpenIdServer) -> None:
    provider.obey(keys="renamed")
    assert sign_in_with(visitor(provided), "ada").status_code == 503
    provider.obey(keys="own")
    assert sign_in_with(visitor(provided), "ada").status_code == 303


def test_a_clock_that_differs_by_a_minute_is_no_matter(
    provided: Flask, provider: OpenIdServer
) -> None:
    for number, shift in enumerate(("-60", "60")):
        provider.obey(shift=shift)
        member = visitor(provided)
        assert sign_in_with(member, f"late {number}").status_code == 303
        assert who_is_here(member) == f"Dr. late {number}"
