"""Tokens that are well formed and not the provider's word for this person, here and now."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select

from tests.accounts.conftest import MakeApp, come_back, sent_away, visitor, who_is_here
from tests.accounts.stand_ins import CLIENT, OrcidStandIn, standing_in
from webapp.accounts.models import AuditEvent, Person

Claims = dict[str, Any]
Sign = Callable[[Claims], str]


def part(value: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed_with(secret: bytes, claims: Claims) -> str:
    """By hand, as no library signs with a public key."""
    text = f"{part({'alg': 'HS256', 'kid': 'OpenIDTestKey1'})}.{part(claims)}"
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def unsigned(_orcid: OrcidStandIn) -> Sign:
    return lambda claims: f"{part({'alg': 'none'})}.{part(claims)}."


def with_the_secret_that_we_share(_orcid: OrcidStandIn) -> Sign:
    return lambda claims: signed_with(CLIENT["client_secret"].encode(), claims)


def with_the_public_key_as_a_secret(orcid: OrcidStandIn) -> Sign:
    public = orcid.key.as_pem(private=False)
    return lambda claims: signed_with(public, claims)


def with_a_key_in_its_own_header(_orcid: OrcidStandIn) -> Sign:
    key = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": "OpenIDTestKey1", "jwk": key.as_dict(private=False)}
    return lambda claims: jwt.encode(header, claims, key)


def with_a_changed_subject(orcid: OrcidStandIn) -> Sign:
    honest = orcid.sign

    def forge(claims: Claims) -> str:
        head, _, signature = honest(claims).split(".")
        return f"{head}.{part({**claims, 'sub': '0000-0001-5109-3700'})}.{signature}"

    return forge


def with_claims(**changes: object) -> Callable[[OrcidStandIn], Sign]:
    def forge(orcid: OrcidStandIn) -> Sign:
        honest = orcid.sign
        return lambda claims: honest(
            {name: value for name, value in {**claims, **changes}.items() if value is not None}
        )

    return forge


FORGERIES = {
    "unsigned": (unsigned, "token"),
    "signed with the secret that we share": (with_the_secret_that_we_share, "token"),
    "signed with the public key": (with_the_public_key_as_a_secret, "token"),
    "signed with a key in its own header": (with_a_key_in_its_own_header, "token"),
    "with a changed subject": (with_a_changed_subject, "token"),
    "no token at all": (lambda _orcid: lambda _claims: "", "token"),
    "for another site": (with_claims(aud="APP-OTHER"), "token"),
    "for another site too": (with_claims(aud=["APP-KEWP", "APP-OTHER"]), "token"),
    "of another issuer": (with_claims(iss="https://evil.example"), "token"),
    "without a nonce": (with_claims(nonce=None), "nonce"),
    "without an end": (with_claims(exp=None), "token"),
    "without a subject": (with_claims(sub=None), "token"),
    "with a subject that is no text": (with_claims(sub=7), "token"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_nobody_comes_in(make_app: MakeApp, forgery: str) -> None:
    forge, reason = FORGERIES[forgery]
    orcid = OrcidStandIn(user={"sub": "0000-0002-1825-0097", "name": "Josiah"})
    with standing_in(orcid):
        app = make_app(
            ORCID_ISSUER=orcid.address,
            ORCID_CLIENT_ID=CLIENT["client_id"],
            ORCID_CLIENT_SECRET=CLIENT["client_secret"],
        )
        orcid.sign = forge(orcid)  # type: ignore[method-assign,assignment]
        member = visitor(app)
        answer = come_back(member, orcid.consent(sent_away(member, "/sign-in/with/orcid")))
    assert answer.status_code in {400, 503}, answer.text
    assert who_is_here(member) == ""
    with app.extensions["kewp.database"].read() as session:
        assert session.scalars(select(Person)).all() == []
        [act] = session.scalars(select(AuditEvent))
    assert act.detail == {"reason": reason}
