"""The event listener `watchdog`: supervisord must not live on when a vital program cannot start.

supervisord itself stays up, exit code 0 at its end, with every program FATAL. So a FATAL `web` or
`backup` is written down in `run/failed` and supervisord is told to stop; the launcher finds the
mark and ends with exit code 1, which containers and shells understand. The one-shot programs may
fail as they like. Protocol: http://supervisord.org/events.html.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

VITAL = frozenset({"web", "backup"})

MARK = Path("run") / "failed"
"""Holds the reason of a failure, relative to the root folder; cleared at every start."""


def main() -> int:
    """Answer supervisord's events until it closes the connection."""
    while True:
        print("READY", flush=True)
        line = sys.stdin.readline()
        if not line:
            return 0
        event = _tokens(line)
        payload = _tokens(sys.stdin.read(int(event["len"])))
        program = payload.get("processname", "")
        if event["eventname"] == "PROCESS_STATE_FATAL" and program in VITAL:
            _stop_everything(program)
        # Two characters follow the header: "OK".
        print("RESULT 2\nOK", end="", flush=True)


def _tokens(text: str) -> dict[str, str]:
    """Headers and payloads alike are words of the form `name:value`."""
    return dict(word.split(":", 1) for word in text.split())


def _stop_everything(program: str) -> None:
    reason = (
        f"The program {program} could not be started, so everything was stopped; the reason "
        f"stands in {os.environ.get('LOG_DIR', 'logs')}/{program}.log."
    )
    MARK.write_text(reason + "\n", encoding="utf-8")
    os.kill(os.getppid(), signal.SIGTERM)


def failure() -> str | None:
    """The reason that the watchdog wrote down, or None where all went well."""
    try:
        return MARK.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
