"""A later version of the application: this one, copied, with one more migration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import SECRET
from webapp import migrations
from webapp.settings import ROOT, Settings

REVISION = "9001"

FILE = """
import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{head}"


def upgrade():
    op.add_column("mapping", sa.Column("colour", sa.String(), nullable=True))
    op.execute("UPDATE mapping SET colour = 'blue'")
    op.execute("CREATE TABLE palette AS SELECT * FROM key_event")
    {then}
"""


class LaterVersion:
    """Its code in `folder`, at work on the installation that `settings` describe."""

    def __init__(self, folder: Path, settings: Settings, then: str = "pass") -> None:
        """The migration adds a column and a table; `then` is the statement it ends with."""
        self.folder = folder
        for package in ("webapp", "backup"):
            shutil.copytree(
                ROOT / package,
                folder / package,
                ignore=shutil.ignore_patterns("__pycache__", "static", "templates"),
            )
        text = FILE.format(revision=REVISION, head=migrations.head(), then=then)
        (folder / "webapp/migrations/versions" / f"{REVISION}_later.py").write_text(text)
        self.environment = {
            "PATH": os.environ["PATH"],
            "FLASK_SECRET_KEY": SECRET,
            "DATA_DIR": str(settings.data_dir),
            "LOG_DIR": str(settings.log_dir),
            "ENCODER": "none",
        }

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`python -m WORDS` of this version."""
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def prepare(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """What every start of this version does first."""
        return self.run("webapp", "prepare", **environment)
