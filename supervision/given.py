"""What the environment of the running site says, for commands that are typed beside it.

`make run PORT=5001` sets the port for its own programs alone; a command in another terminal would
take the one in `.env`, which may be another installation's. `run/given.json` is valid for as long
as `run/lock` is held, so one that a killed launcher left means nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

NAMES = (
    "HOST",
    "PORT",
    "PUBLIC_URL",
    "DATA_DIR",
    "DATABASE_PATH",
    "BACKUP_DIR",
    "LOG_DIR",
    "BACKUP_COPY_TO",
)
"""Settings that say where things are; secrets are not among them."""

NAME = "given.json"


def note(run: Path) -> None:
    """Write down what our environment gives; call it while holding the lock."""
    given = {name: value for name in NAMES if (value := os.environ.get(name))}
    (run / NAME).write_text(json.dumps(given, indent=2) + "\n", encoding="utf-8")
