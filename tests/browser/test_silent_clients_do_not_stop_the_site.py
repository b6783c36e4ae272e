"""The real site with its two workers; `tests/supervision` tries all ways to be slow."""

from __future__ import annotations

import socket
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

from tests.browser.conftest import Site
from tests.supervision.installation import START
from tests.supervision.slow_clients import is_open


def test_the_site_is_served_while_many_send_next_to_nothing(site: Site) -> None:
    place = urlsplit(site.address)
    with ExitStack() as stack:
        # More than the eight threads of two workers.
        slow = [
            stack.enter_context(
                socket.create_connection((place.hostname or "", place.port or 0), timeout=START)
            )
            for _ in range(24)
        ]
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")
        for path in ("/health", "/key-events", "/health"):
            for one in slow:
                one.sendall(b"x")
            with urllib.request.urlopen(f"{site.address}{path}", timeout=START) as answer:
                assert answer.status == 200
        assert all(map(is_open, slow)), "they were waited for meanwhile"
