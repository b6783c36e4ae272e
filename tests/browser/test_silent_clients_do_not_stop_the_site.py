from __future__ import annotations

import socket
import time
import urllib.request
from urllib.parse import urlsplit

from supervision.worker import SILENCE
from tests.browser.conftest import Site
from tests.supervision.installation import START


def test_half_sent_requests_are_given_up(site: Site) -> None:
    place = urlsplit(site.address)
    # More than the eight threads of two workers.
    silent = [
        socket.create_connection((place.hostname or "", place.port or 0), timeout=START)
        for _ in range(9)
    ]
    try:
        for one in silent:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")
        started = time.monotonic()
        for one in silent:
            assert one.recv(1) == b"", "the other side has closed it"
        # One worker of four threads may have got all nine: three turns.
        assert time.monotonic() - started < 3 * SILENCE + 30
        with urllib.request.urlopen(f"{site.address}/health", timeout=START) as answer:
            assert answer.status == 200
    finally:
        for one in silent:
            one.close()
