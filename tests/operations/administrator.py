"""A real installation with all its programs, and an administrator with a browser of their own."""

from __future__ import annotations

import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from tests.supervision.installation import START, wait_until
from tests.supervision.real_installation import RealInstallation


@contextmanager
def running_installation() -> Iterator[RealInstallation]:
    """The real programs, started, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        made = RealInstallation(Path(folder))
        made.call_it_running_soon()
        # Snapshots when a test asks for one, and not because somebody signed in.
        made.environment["BACKUP_MIN_INTERVAL"] = "1h"
        try:
            made.start()
            wait_until_it_answers(made)
            yield made
        finally:
            made.kill()


class Administrator:
    """Somebody who is signed in as administrator; knows no scripts."""

    def __init__(self, installation: RealInstallation, name: str = "Dan Admin") -> None:
        self._address = f"http://127.0.0.1:{installation.port}"
        self._browser = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
        )
        path = urlsplit(sign_in_link(installation, name)).path
        self.get(path)
        status, _ = self.post(path)
        assert status == 200

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page, after all redirects."""
        return self._send(path, None)

    def text(self, path: str) -> str:
        """The text of a page that is there."""
        status, body = self.get(path)
        assert status == 200, body
        return body.decode()

    def post(self, path: str) -> tuple[int, bytes]:
        """Send the form that the page before it has; the same, of the page that it leads to."""
        page = self.text(path if path.startswith("/sign-in/") else "/operator")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        return self._send(path, urlencode({"csrf_token": token[1]}).encode())

    def _send(self, path: str, data: bytes | None) -> tuple[int, bytes]:
        try:
            answer = self._browser.open(f"{self._address}{path}", data, timeout=START)
        except urllib.error.HTTPError as error:
            answer = cast(Any, error)
        with cast(HTTPResponse, answer):
            return answer.status, answer.read()


def sign_in_link(installation: RealInstallation, name: str = "Dan Admin") -> str:
    """The address of a one-time link for an administrator."""
    return installation.run("webapp", "sign-in-link", "--name", name, "--role", "admin").strip()


def acts(installation: RealInstallation) -> list[tuple[Any, ...]]:
    """Who did what to what, oldest first, as recorded."""
    return installation.query(
        "SELECT name, act, subject FROM audit_event LEFT JOIN person "
        "ON person.id = audit_event.person_id ORDER BY audit_event.id"
    )


def wait_until_it_answers(installation: RealInstallation) -> None:
    """Wait until the site answers and all is up; loading the encoder takes its time."""
    wait_until("an answer", installation.answers)
    installation.wait_until_it_runs()


def wait_for_another_process(installation: RealInstallation, program: str, old: int) -> int:
    """The process id of a program once it is another one than `old`."""
    return wait_until(
        f"another process of {program}",
        lambda: (new := installation.pid(program)) not in {0, old} and new,
    )
