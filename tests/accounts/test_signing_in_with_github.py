"""GitHub knows nothing of OpenID Connect, sends errors with status 200, and gives no e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts.conftest import MakeApp, come_back, sent_away, visitor, who_is_here
from tests.accounts.openid_provider import ADDRESS
from tests.accounts.stand_ins import CLIENT, GitHubStandIn, standing_in
from tests.conftest import Member
from webapp.accounts.models import AuditEvent, Identity, Person
from webapp.accounts.providers.github import GitHub
from webapp.settings import load_settings

OCTOCAT = {"login": "octocat", "id": 583231, "name": "Mona Lisa Octocat", "email": None}
PLACE = "/sign-in/with/github"


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    made = GitHubStandIn(user=dict(OCTOCAT))
    with standing_in(made):
        yield made


def settings_of(github: GitHubStandIn, secret: str = CLIENT["client_secret"]) -> dict[str, str]:
    return {
        "GITHUB_URL": github.address,
        "GITHUB_CLIENT_ID": CLIENT["client_id"],
        "GITHUB_CLIENT_SECRET": secret,
    }


@pytest.fixture
def with_github(make_app: MakeApp, github: GitHubStandIn) -> Flask:
    return make_app(**settings_of(github))


def test_the_number_is_the_identity(with_github: Flask, github: GitHubStandIn) -> None:
    member = visitor(with_github)
    assert "Sign in with GitHub" in member.get("/sign-in").text
    answer = come_back(member, github.consent(sent_away(member, PLACE)))
    assert answer.status_code == 303, answer.text
    assert who_is_here(member) == "Mona Lisa Octocat"
    with with_github.extensions["kewp.database"].read() as session:
        [identity] = session.scalars(select(Identity))
    assert (identity.provider, identity.subject, identity.shown) == (
        "github",
        "583231",
        "octocat",
    )


def test_who_renames_the_account_stays_and_who_takes_the_old_name_is_new(
    with_github: Flask, github: GitHubStandIn
) -> None:
    def come(**user: object) -> None:
        github.user = {**OCTOCAT, **user}
        member = visitor(with_github)
        come_back(member, github.consent(sent_away(member, PLACE)))

    come()
    come(login="mona")
    come(id=1, name=None)
    with with_github.extensions["kewp.database"].read() as session:
        names = session.scalars(select(Person.name).order_by(Person.created_at)).all()
        shown = session.scalars(select(Identity.shown).order_by(Identity.created_at)).all()
    assert names == ["Mona Lisa Octocat", "octocat"]
    assert shown == ["mona", "octocat"]


def test_nothing_but_who_one_is_is_asked_for(with_github: Flask, github: GitHubStandIn) -> None:
    member = visitor(with_github)
    url = sent_away(member, PLACE)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{github.address}/login/oauth/authorize?")
    assert "scope" not in asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}{PLACE}/callback"
    come_back(member, github.consent(url))
    _, _, headers = github.asked[-1]
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"] == "ke-wp-mapping", "GitHub's API refuses who has none"


def refused(app: Flask, member: Member, reason: str) -> None:
    assert who_is_here(member) == ""
    with app.extensions["kewp.database"].read() as session:
        assert session.scalars(select(Person)).all() == []
        [act] = session.scalars(select(AuditEvent))
    assert (act.act, act.subject, act.detail) == ("sign-in.failed", "github", {"reason": reason})


def test_a_wrong_code_comes_with_status_200(with_github: Flask, github: GitHubStandIn) -> None:
    member = visitor(with_github)
    back = github.consent(sent_away(member, PLACE)).replace("the+code", "another")
    answer = come_back(member, back)
    assert answer.status_code == 503
    assert "GitHub did not let you in." in answer.text
    refused(with_github, member, "refused")


def test_a_wrong_secret_too(make_app: MakeApp, github: GitHubStandIn) -> None:
    app = make_app(**settings_of(github, secret="mistyped"))
    member = visitor(app)
    answer = come_back(member, github.consent(sent_away(member, PLACE)))
    assert answer.status_code == 503
    assert "needs its operator" in " ".join(answer.text.split())
    refused(app, member, "refused")


def test_denied_consent(with_github: Flask, github: GitHubStandIn) -> None:
    member = visitor(with_github)
    state = github.consent(sent_away(member, PLACE)).rpartition("state=")[2]
    # As documented in "Troubleshooting authorization request errors".
    answer = member.get(f"{PLACE}/callback?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "You did not let GitHub tell us who you are." in answer.text
    refused(with_github, member, "denied")


@pytest.mark.parametrize("user", [{"message": "Not Found"}, {"id": "583231", "login": "octocat"}])
def test_an_answer_that_is_none(
    with_github: Flask, github: GitHubStandIn, user: dict[str, str]
) -> None:
    github.user = user
    member = visitor(with_github)
    answer = come_back(member, github.consent(sent_away(member, PLACE)))
    assert answer.status_code == 503
    refused(with_github, member, "token")


def test_the_api_of_github_itself_has_an_address_of_its_own() -> None:
    given = {"GITHUB_CLIENT_ID": "x", "GITHUB_CLIENT_SECRET": "y"}
    [found] = load_settings(given, env_file=None).providers
    assert GitHub(found).api == "https://api.github.com"
    started = GitHub(found).begin("https://mappings.example.org/back")
    assert started.url.startswith("https://github.com/login/oauth/authorize?")
