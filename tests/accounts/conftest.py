"""A real OpenID provider, and applications that let people sign in with it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts.openid_provider import (
    ADDRESS,
    OpenIdServer,
    at_the_provider,
    running_provider,
)
from tests.conftest import SECRET, Member, settings_in
from webapp import create_app
from webapp.accounts import codes

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def the_provider() -> Iterator[OpenIdServer]:
    """One provider for the whole session."""
    with running_provider() as running:
        yield running


@pytest.fixture
def provider(the_provider: OpenIdServer) -> Iterator[OpenIdServer]:
    """The provider, well and with a right clock before and after."""
    yield the_provider
    the_provider.obey(shift="0", keys="own", mood="well")


@pytest.fixture
def make_app(tmp_path: Path, starter_database: Path) -> Iterator[MakeApp]:
    """`make_app(**settings)`: an application over an installation of its own."""
    made: list[Flask] = []

    def make(**given: str) -> Flask:
        settings = settings_in(tmp_path, **{"PUBLIC_URL": ADDRESS, **given})
        settings.data_dir.mkdir(exist_ok=True)
        if not settings.database_path.exists():
            shutil.copy(starter_database, settings.database_path)
        made.append(create_app(settings))
        return made[-1]

    yield make
    for app in made:
        app.extensions["kewp.database"].close()
        app.extensions["kewp.runtime"].close()


@pytest.fixture
def provided(make_app: MakeApp, provider: OpenIdServer) -> Flask:
    """An application with three ways to sign in, all with the real provider."""
    return make_app(**provider.settings())


def visitor(app: Flask) -> Member:
    """Somebody with a new browser, at the address that the application has."""
    return Member(app.test_client(), None)


def sent_away(member: Member, path: str = "/sign-in/with/uni") -> str:
    """The address at the provider that a page of ours sends the browser to."""
    answer = member.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def come_back(member: Member, address: str) -> TestResponse:
    """Open the address that the provider sends us back to."""
    assert address.startswith(ADDRESS), address
    return member.get(address.removeprefix(ADDRESS))


def sign_in_with(
    member: Member, login: str, key: str = "uni", path: str | None = None
) -> TestResponse:
    """Go to the provider, sign in there, come back; the answer to that."""
    return come_back(
        member, at_the_provider(sent_away(member, path or f"/sign-in/with/{key}"), login)
    )


def who_is_here(member: Member) -> str:
    """The name in the frame of the page; "" for nobody."""
    found = re.search(r'class="person-name">([^<]*)<', member.get("/sign-in").text)
    return found[1] if found else ""


@pytest.fixture
def guest() -> Callable[[Flask, str], Member]:
    """`guest(app, name)`: somebody who came in with the code of a workshop."""

    def come_in(app: Flask, name: str) -> Member:
        code = codes.make(
            app.extensions["kewp.database"],
            SECRET,
            label="Course of May",
            uses=1,
            valid_for=timedelta(days=1),
        )
        member = visitor(app)
        assert member.post("/workshop", code=code, name=name).status_code == 303
        return member

    return come_in
