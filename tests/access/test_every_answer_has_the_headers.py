"""Pages, files, redirects, errors, 304, HEAD and OPTIONS: each has every header that protects."""

from __future__ import annotations

import re
import socket

import pytest
from flask import Flask

from tests.access.conftest import Guarded
from tests.access.test_every_route_and_role import TABLE
from tests.conftest import Member
from webapp.accounts.access import public
from webapp.security import HEADERS

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "frame-src": "'none'",
    "worker-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

OTHERS = [
    ("GET", "/no/such/page"),
    ("GET", "/static/css/tokens.css"),
    ("GET", "/static/no-such-file.css"),
    ("GET", "/static/../webapp/settings.py"),
    ("HEAD", "/key-events"),
    ("OPTIONS", "/key-events"),
    ("PUT", "/key-events"),
    ("TRACE", "/"),
    ("GET", "/key-events/1513?target=WP254&%00=1"),
]


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    found = dict(
        part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
    )
    assert found == POLICY


def test_every_route(admin: Member, anonymous: Member) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    asked = {
        (method, path.format(uuid=unknown, author=unknown)) for method, _, path, *_ in TABLE
    } | set(OTHERS)
    for method, path in sorted(asked):
        for member in (anonymous, admin):
            with member.client.open(path, method=method) as answer:
                found = {name: answer.headers.get(name) for name in HEADERS}
                assert found == HEADERS, (method, path, answer.status_code)
                assert answer.headers["X-Request-ID"]


def test_a_fault_of_ours(app: Flask, anonymous: Member) -> None:
    @public
    def broken() -> str:
        raise RuntimeError("of ours")

    app.add_url_rule("/broken", view_func=broken)
    answer = anonymous.get("/broken")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/", "/static/css/tokens.css", "/nothing", "/your-mappings"])
def test_the_real_server_sends_them_once_and_insists_on_https(path: str, guarded: Guarded) -> None:
    answer = guarded.ask("GET", path, {"X-Forwarded-Proto": "https"})
    assert {name: answer.headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_file_that_has_not_changed(guarded: Guarded) -> None:
    first = guarded.ask("GET", "/static/css/tokens.css")
    again = guarded.ask("GET", "/static/css/tokens.css", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    assert {name: again.headers.get(name.lower()) for name in HEADERS} == HEADERS


def test_without_https_nobody_is_forced_to_it(anonymous: Member) -> None:
    assert "Strict-Transport-Security" not in anonymous.get("/").headers


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /search?q=" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x y\r\nBad header\r\n\r\n", 400),
    ],
)
def test_what_never_reaches_the_application(head: bytes, status: int, guarded: Guarded) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=120) as client:
        client.sendall(head)
        answer = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    for name in HEADERS:
        assert re.search(rf"(?mi)^{name}: ", answer), name


def test_a_body_without_length_is_refused_before_it_is_read(guarded: Guarded) -> None:
    answer = guarded.ask("POST", "/sign-out", {"Transfer-Encoding": "chunked"}, b"2\r\nxx\r\n")
    assert answer.status == 411
    assert "Content-Length" in answer.text


def test_a_body_that_is_too_long_is_refused_before_it_is_read(guarded: Guarded) -> None:
    answer = guarded.ask("POST", "/sign-out", {"Content-Length": "900000000"}, b"x=1")
    assert answer.status == 413
    assert "524,288 bytes" in answer.text
