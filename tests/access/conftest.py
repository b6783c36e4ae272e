"""A real gunicorn with two workers behind trusted proxies, without supervisord and encoder."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import SECRET, settings_in
from tests.supervision.installation import START, free_port, wait_until
from webapp.settings import ROOT, Settings


@dataclass
class Answer:
    """What came back: status, headers by their names in small letters, and text."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass
class Guarded:
    """Where it serves, and what it has logged."""

    port: int
    settings: Settings
    log: Path

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer to a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read().decode())
        finally:
            connection.close()

    def serves(self) -> bool:
        """Whether it answers already."""
        try:
            return self.ask("GET", "/health/live").status == 200
        except (OSError, http.client.HTTPException):
            return False


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory, starter_database: Path) -> Iterator[Guarded]:
    """That server, at an HTTPS address, behind proxies on this machine and in 10.0.0.0/8."""
    folder = tmp_path_factory.mktemp("guarded")
    port = free_port()
    given = {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "ENCODER": "none",
        "FLASK_SECRET_KEY": SECRET,
        "DATA_DIR": str(folder / "data"),
        "LOG_DIR": str(folder / "logs"),
        "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
        "PUBLIC_URL": "https://mappings.example",
        "KEWP_SOCKET": str(folder / "no supervisord"),
    }
    settings = settings_in(folder, **given)
    settings.data_dir.mkdir()
    shutil.copy(starter_database, settings.database_path)
    log = folder / "web.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"),
                "tests.access.guarded_app:create_app()",
            ],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=stream,
            stderr=stream,
        )
        try:
            found = Guarded(port, settings, log)
            wait_until("an answer", lambda: found.serves() or server.poll() is not None)
            assert server.poll() is None, log.read_text()
            wait_until("two workers", lambda: log.read_text().count("Booting worker") == 2)
            yield found
        finally:
            server.terminate()
            server.wait(START)
