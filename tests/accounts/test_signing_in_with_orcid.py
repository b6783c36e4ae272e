"""ORCID's iD is the identity and the credit; names may be private."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.conftest import MakeApp, come_back, sent_away, visitor, who_is_here
from tests.accounts.stand_ins import CLIENT, OrcidStandIn, standing_in
from tests.conftest import Member
from webapp.accounts.models import AuditEvent, Identity, Person
from webapp.accounts.providers.orcid import check_digit
from webapp.settings import load_settings

JOSIAH = "0000-0002-1825-0097"
"""Josiah Carberry, whose iD ORCID uses in its examples."""

PLACE = "/sign-in/with/orcid"


@pytest.fixture
def orcid() -> Iterator[OrcidStandIn]:
    user = {"sub": JOSIAH, "name": "J. Carberry", "given_name": "Josiah", "family_name": "Carberry"}
    made = OrcidStandIn(user=user)
    with standing_in(made):
        yield made


@pytest.fixture
def with_orcid(make_app: MakeApp, orcid: OrcidStandIn) -> Flask:
    return make_app(
        ORCID_ISSUER=orcid.address,
        ORCID_CLIENT_ID=CLIENT["client_id"],
        ORCID_CLIENT_SECRET=CLIENT["client_secret"],
    )


def come(app: Flask, orcid: OrcidStandIn) -> tuple[Member, int]:
    member = visitor(app)
    return member, come_back(member, orcid.consent(sent_away(member, PLACE))).status_code


def test_the_id_is_the_identity_and_is_kept_for_credit(
    with_orcid: Flask, orcid: OrcidStandIn
) -> None:
    member, status = come(with_orcid, orcid)
    assert status == 303
    assert who_is_here(member) == "J. Carberry"
    with with_orcid.extensions["kewp.database"].read() as session:
        [person] = session.scalars(select(Person))
        [identity] = session.scalars(select(Identity))
    assert person.orcid == JOSIAH
    assert (identity.provider, identity.subject, identity.shown) == ("orcid", JOSIAH, JOSIAH)
    assert f'href="https://orcid.org/{JOSIAH}"' in member.get("/account").text


def test_only_the_scope_that_orcid_has_is_asked_for(with_orcid: Flask, orcid: OrcidStandIn) -> None:
    asked = parse_qs(urlsplit(sent_away(visitor(with_orcid), PLACE)).query)
    assert asked["scope"] == ["openid"]


def test_the_secret_goes_in_the_form_as_orcid_wants_it(
    with_orcid: Flask, orcid: OrcidStandIn
) -> None:
    come(with_orcid, orcid)
    [(_, form, headers)] = [one for one in orcid.asked if one[0] == "/oauth/token"]
    assert form["client_secret"] == CLIENT["client_secret"]
    assert "authorization" not in headers


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"name": None, "given_name": None, "family_name": None}, JOSIAH),
        ({"name": None, "given_name": "Josiah", "family_name": None}, "Josiah"),
        ({"name": " \u200b", "given_name": None, "family_name": None}, JOSIAH),
    ],
)
def test_a_private_name(
    with_orcid: Flask, orcid: OrcidStandIn, names: dict[str, str | None], shown: str
) -> None:
    orcid.user |= names
    member, _ = come(with_orcid, orcid)
    assert who_is_here(member) == shown


def not_believed(app: Flask, member: Member) -> None:
    assert who_is_here(member) == ""
    with app.extensions["kewp.database"].read() as session:
        assert session.scalars(select(Person)).all() == []
        [act] = session.scalars(select(AuditEvent))
    assert (act.act, act.detail) == ("sign-in.failed", {"reason": "token"})


@pytest.mark.parametrize("subject", ["0000-0002-1825-0098", "josiah", f"{JOSIAH}\n"])
def test_what_is_no_id_is_refused(with_orcid: Flask, orcid: OrcidStandIn, subject: str) -> None:
    orcid.user["sub"] = subject
    member, status = come(with_orcid, orcid)
    assert status == 503
    not_believed(with_orcid, member)


def test_user_info_about_somebody_else_is_refused(with_orcid: Flask, orcid: OrcidStandIn) -> None:
    member = visitor(with_orcid)
    back = orcid.consent(sent_away(member, PLACE))
    told = dict(orcid.user, sub="0000-0001-5109-3700")
    real = orcid.answer
    orcid.answer = lambda path, *rest: (  # type: ignore[method-assign]
        (200, told) if path == "/oauth/userinfo" else real(path, *rest)
    )
    assert come_back(member, back).status_code == 503
    not_believed(with_orcid, member)


def test_check_digits() -> None:
    for known in (JOSIAH, "0000-0001-5109-3700", "0000-0002-1694-233X", "0000-0002-2601-8132"):
        assert check_digit(known) == known[-1], known


def test_where_the_providers_are_by_default() -> None:
    names = ("GITHUB", "ORCID", "LSLOGIN", "SURFCONEXT")
    given = {f"{name}_CLIENT_{part}": "x" for name in names for part in ("ID", "SECRET")}
    assert [one.place for one in load_settings(given, env_file=None).providers] == [
        "https://github.com",
        "https://orcid.org",
        "https://login.aai.lifescience-ri.eu/oidc/",
        "https://connect.surfconext.nl",
    ]
