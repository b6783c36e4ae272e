"""The application, its limits and its links see the client that trusted proxies tell of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response, jsonify, request

from tests.conftest import settings_in
from webapp import create_app
from webapp.accounts.access import public
from webapp.settings import Settings

OUTER, INNER, CLIENT, OTHER = "10.0.0.8", "127.0.0.1", "192.0.2.1", "192.0.2.2"


@pytest.fixture
def behind(settings: Settings) -> Iterator[Flask]:
    """The application behind two proxies, with a view that tells what it sees."""
    folder = settings.data_dir.parent
    app = create_app(settings_in(folder, TRUSTED_PROXIES=f"{INNER}, {OUTER}"))

    @app.get("/seen")
    @public
    def seen() -> Response:
        return jsonify([request.remote_addr, request.scheme, request.host])

    yield app
    app.extensions["kewp.database"].close()
    app.extensions["kewp.runtime"].close()


@pytest.fixture
def seen(behind: Flask) -> Callable[..., list[str]]:
    """What the application sees of a request from `peer` with the given forwarded headers."""

    def ask(peer: str, **forwarded: str) -> list[str]:
        headers = {f"X-Forwarded-{name}": value for name, value in forwarded.items()}
        answer = behind.test_client().get(
            "/seen", headers=headers, environ_base={"REMOTE_ADDR": peer}
        )
        return list(answer.json)  # type: ignore[arg-type]

    return ask


def test_both_proxies_wrote(seen: Callable[..., list[str]]) -> None:
    found = seen(
        INNER,
        For=f"6.6.6.6, {CLIENT}, {OUTER}",
        Proto="gopher, https, http",
        Host="evil.example, mappings.example, web:5000",
    )
    assert found == [CLIENT, "https", "mappings.example"]


def test_one_proxy_overwrote(seen: Callable[..., list[str]]) -> None:
    found = seen(INNER, For=CLIENT, Proto="HTTPS", Host="mappings.example:8443")
    assert found == [CLIENT, "https", "mappings.example:8443"]


def test_a_stranger_is_not_believed(seen: Callable[..., list[str]]) -> None:
    found = seen(OTHER, For=CLIENT, Proto="https", Host="evil.example")
    assert found == [OTHER, "http", "localhost"]


@pytest.mark.parametrize("host", ["", "a b", "evil.example/path", "user@evil", "x" * 300, "a\\b"])
def test_what_is_no_host_is_left_out(host: str, seen: Callable[..., list[str]]) -> None:
    assert seen(INNER, For=CLIENT, Proto="javascript", Host=host) == [CLIENT, "http", "localhost"]


def test_limits_part_the_clients_behind_a_proxy(behind: Flask) -> None:
    browser = behind.test_client()
    behind.config["WTF_CSRF_ENABLED"] = False

    def tries(address: str) -> int:
        made_up = f"6.6.6.{len(statuses) % 250}"
        headers = {"X-Forwarded-For": f"{made_up}, {address}"}
        statuses.append(browser.post("/sign-in/unknown", headers=headers).status_code)
        return statuses[-1]

    statuses: list[int] = []
    assert [tries(CLIENT) for _ in range(61)] == [410] * 60 + [429]
    assert tries(OTHER) == 410
