"""Somebody with a browser: opens pages, signs in by a one-time link, sends forms."""

from __future__ import annotations

import http.client
import re
import select
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer of the site; `address` is its `Location`."""

    status: int
    address: str
    body: str


class Visitor:
    """One browser, for one thread: keeps its cookies and one connection, as browsers do.

    Raises `OSError` or `http.client.HTTPException` where the site does not answer.
    """

    def __init__(self, port: int, seconds: float = 120) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def sign_in(self, link: str) -> None:
        """Use a one-time link up; forms can be sent from then on."""
        path = urlsplit(link.strip()).path
        self._token = self._token_in(path)
        answer = self.post(path)
        assert answer.status == 303, answer
        self._token = self._token_in("/")  # the new session has another one

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, {})

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form."""
        return self._send("POST", path, {"csrf_token": self._token, **fields})

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _token_in(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).body)
        assert found, f"no form at {path}"
        return found[1]

    def _send(self, method: str, path: str, fields: dict[str, str]) -> Answer:
        connection = self._connection
        # A connection that the other side has closed meanwhile is not used again.
        if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
            connection.close()
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {
            "Accept": "application/json, text/html;q=0.9",  # errors in short
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookies,
        }
        try:
            connection.request(method, path, urlencode(fields) or None, headers)
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(header).items():
                    self._cookies[name] = morsel.coded_value
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
