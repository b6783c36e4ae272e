"""What a provider, a person or somebody in between can do wrong: a page, a record, nobody in."""

from __future__ import annotations

import re
import socket
import time

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.conftest import (
    MakeApp,
    come_back,
    sent_away,
    sign_in_with,
    visitor,
    who_is_here,
)
from tests.accounts.openid_provider import OpenIdServer, at_the_provider
from tests.conftest import Member
from webapp.accounts.models import AuditEvent, Person
from webapp.accounts.providers import network


def refused(app: Flask, member: Member, answer: TestResponse, status: int, words: str) -> str:
    """See that nobody came in and the page helps; the recorded reason."""
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert 'href="/sign-in' in answer.text
    assert "Traceback" not in answer.text
    assert who_is_here(member) == ""
    with app.extensions["kewp.database"].read() as session:
        assert session.scalars(select(Person)).all() == []
        [act] = session.scalars(select(AuditEvent))
    assert (act.act, act.subject, act.person_id) == ("sign-in.failed", "uni", None)
    assert set(act.detail) == {"reason"}
    return str(act.detail["reason"])


def test_denied_consent(provided: Flask) -> None:
    member = visitor(provided)
    member.get("/sign-in?next=/review")
    answer = come_back(member, at_the_provider(sent_away(member), "ada", consents=False))
    assert refused(provided, member, answer, 403, "did not let Our University tell") == "denied"
    assert 'href="/sign-in?next=/review"' in answer.text


def test_another_state(provided: Flask) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    answer = come_back(member, re.sub(r"state=[^&]*", "state=guessed", back))
    assert refused(provided, member, answer, 400, "cannot be finished") == "state"


def test_no_state_at_all(provided: Flask) -> None:
    member = visitor(provided)
    answer = member.get("/sign-in/with/uni/callback")
    assert refused(provided, member, answer, 400, "cannot be finished") == "state"


def test_another_browser(provided: Flask) -> None:
    """Else somebody could sign a victim in to their own account."""
    attacker, victim = visitor(provided), visitor(provided)
    back = at_the_provider(sent_away(attacker), "mallory")
    answer = come_back(victim, back)
    assert refused(provided, victim, answer, 400, "cannot be finished") == "state"


def test_another_provider(provided: Flask) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member, "/sign-in/with/uni"), "ada")
    answer = come_back(member, back.replace("/with/uni/", "/with/lslogin/"))
    assert answer.status_code == 400
    assert who_is_here(member) == ""


@pytest.mark.parametrize("instead", ["iss=https%3A%2F%2Fevil.example", ""])
def test_an_answer_with_the_name_of_another_issuer(provided: Flask, instead: str) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    answer = come_back(member, re.sub(r"iss=[^&]*", instead, back))
    assert refused(provided, member, answer, 503, "cannot be trusted") == "token"


def test_the_same_answer_twice(provided: Flask) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    assert come_back(member, back).status_code == 303
    again = come_back(member, back)
    assert again.status_code == 400
    assert "You are signed in as Dr. ada already" in again.text
    assert come_back(visitor(provided), back).status_code == 400


def test_too_late(provided: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    monkeypatch.setattr("webapp.accounts.attempts.utc_now", lambda: "2999-01-01T00:00:00.000Z")
    answer = come_back(member, back)
    assert answer.status_code == 400
    assert "took more than 15 minutes" in answer.text


def test_another_nonce(provided: Flask) -> None:
    member = visitor(provided)
    place = re.sub(r"nonce=[^&]*", "nonce=somebody-elses", sent_away(member))
    answer = come_back(member, at_the_provider(place, "ada"))
    assert refused(provided, member, answer, 400, "belongs to another sign-in") == "nonce"


def test_a_code_that_was_taken_from_somebody_else(provided: Flask) -> None:
    """PKCE: whoever has the code of another browser has nothing."""
    victim, thief = visitor(provided), visitor(provided)
    stolen = re.search(r"code=([^&]*)", at_the_provider(sent_away(victim), "ada"))
    own = at_the_provider(sent_away(thief), "mallory")
    assert stolen is not None
    answer = come_back(thief, re.sub(r"code=[^&]*", f"code={stolen[1]}", own))
    assert refused(provided, thief, answer, 503, "did not let you in") == "refused"


def test_an_expired_token(provided: Flask, provider: OpenIdServer) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    provider.obey(shift="-3600")
    answer = come_back(member, back)
    assert refused(provided, member, answer, 503, "is out of date") == "expired"


def test_a_token_of_the_future(provided: Flask, provider: OpenIdServer) -> None:
    provider.obey(shift="3600")
    member = visitor(provided)
    answer = sign_in_with(member, "ada")
    assert refused(provided, member, answer, 503, "is out of date") == "expired"
    assert answer.headers["Retry-After"]


def test_a_token_signed_with_another_key(provided: Flask, provider: OpenIdServer) -> None:
    provider.obey(keys="other")
    member = visitor(provided)
    answer = sign_in_with(member, "ada")
    assert refused(provided, member, answer, 503, "cannot be trusted") == "token"


def test_a_provider_whose_registration_is_wrong(make_app: MakeApp, provider: OpenIdServer) -> None:
    app = make_app(**{**provider.settings(), "OIDC_UNI_CLIENT_SECRET": "of another site"})
    member = visitor(app)
    answer = sign_in_with(member, "ada")
    assert refused(app, member, answer, 503, "did not let you in") == "refused"


@pytest.mark.parametrize("mood", ["broken", "huge"])
def test_a_provider_that_is_down_at_the_start(
    provided: Flask, provider: OpenIdServer, mood: str
) -> None:
    provider.obey(mood=mood)
    member = visitor(provided)
    answer = member.get("/sign-in/with/uni")
    assert refused(provided, member, answer, 503, "Our University does not answer.") == "down"


def test_a_provider_that_is_not_there(make_app: MakeApp, provider: OpenIdServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    app = make_app(**{**provider.settings(), "OIDC_UNI_ISSUER": f"http://127.0.0.1:{port}"})
    member = visitor(app)
    answer = member.get("/sign-in/with/uni")
    assert refused(app, member, answer, 503, "Our University does not answer.") == "down"


def test_a_provider_that_goes_down_in_between(provided: Flask, provider: OpenIdServer) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    provider.obey(mood="broken")
    answer = come_back(member, back)
    assert refused(provided, member, answer, 503, "Our University does not answer.") == "down"


def test_a_provider_that_never_answers_holds_nobody_for_long(
    provided: Flask, provider: OpenIdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "LIMIT", 0.5)
    provider.obey(mood="silent")
    member = visitor(provided)
    begun = time.monotonic()
    answer = member.get("/sign-in/with/uni")
    assert time.monotonic() - begun < 30, "without a limit it would wait for ever"
    assert refused(provided, member, answer, 503, "Our University does not answer.") == "down"


def test_an_issuer_that_calls_itself_something_else(
    make_app: MakeApp, provider: OpenIdServer
) -> None:
    elsewhere = provider.issuer.replace("127.0.0.1", "localhost")
    app = make_app(**{**provider.settings(), "OIDC_UNI_ISSUER": elsewhere})
    member = visitor(app)
    answer = member.get("/sign-in/with/uni")
    assert refused(app, member, answer, 503, "Our University does not answer.") == "down"


def test_no_secret_is_in_the_log(
    provided: Flask, provider: OpenIdServer, caplog: pytest.LogCaptureFixture
) -> None:
    member = visitor(provided)
    back = at_the_provider(sent_away(member), "ada")
    provider.obey(keys="other")
    come_back(member, back)
    code = re.search(r"code=([^&]*)", back)
    assert code is not None
    assert "sign-in with uni failed (token)" in caplog.text
    for secret in (code[1], "a secret of both"):
        assert secret not in caplog.text
