from __future__ import annotations

import socket
import time
import urllib.request
from urllib.parse import urlsplit

from supervision.worker import SILENCE
from tests.browser.conftest import Site


def test_half_sent_requests_are_given_up(site: Site) -> None:
    place = urlsplit(site.address)
    silent = [
        socket.create_connection((place.hostname or "", place.port or 0), timeout=5)
        for _ in range(24)
    ]
    try:
        for one in silent:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")
        time.sleep(1)
        started = time.monotonic()
        with urllib.request.urlopen(f"{site.address}/health", timeout=60) as answer:
            assert answer.status == 200
        # One worker of four threads may have got all 24: six turns.
        assert time.monotonic() - started < 6 * SILENCE + 5
        with urllib.request.urlopen(f"{site.address}/health", timeout=60) as answer:
            assert answer.status == 200
    finally:
        for one in silent:
            one.close()
