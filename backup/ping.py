"""The dead-man ping: tells a monitor that a snapshot has begun, is there, or failed.

The protocol is that of Healthchecks (https://healthchecks.io/docs/http_api/): `URL/start`, `URL`,
`URL/fail`, with the reason as the body. The monitor raises the alarm when it hears nothing, so a
ping that does not get through needs no care here: it is sent by a process that nobody waits for, is
given up after five seconds, name resolution included, and leaves word in `last_ping.json`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backup import clock, ending, files
from backup.errors import BackupError, SettingsError
from backup.settings import ROOT, Settings, load_settings

NAME = "last_ping.json"

START = "start"
SUCCESS = "success"
FAIL = "fail"
EVENTS = (START, SUCCESS, FAIL)

PATIENCE = 5.0
"""Seconds that a ping may take in all."""

LONGEST_REASON = 4_000
"""Characters: whatever is in them, the pipe to the sender takes them without waiting."""


class Teller:
    """Tells the monitor of one snapshot, in the right order, without ever waiting.

    A process of its own sends what it is given through a pipe, one after the other; it lives on for
    as long as it needs.
    """

    def __init__(self, settings: Settings) -> None:
        self._wanted = bool(settings.ping_url)
        self._sender: subprocess.Popen[str] | None = None

    def tell(self, event: str, reason: str = "") -> None:
        """Have `event` sent; `success` and `fail` end the snapshot."""
        if not self._wanted:
            return
        sender = self._sender = self._sender or _start_sender()
        assert sender.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(OSError):  # it has died; nobody needs it
            print(json.dumps([event, reason[:LONGEST_REASON]]), file=sender.stdin, flush=True)
            if event != START:
                sender.stdin.close()
        if event != START:
            self._sender = None


def _start_sender() -> subprocess.Popen[str]:
    # The address is not among the words: anybody can read those.
    return subprocess.Popen(
        [sys.executable, "-m", "backup.ping"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def main() -> None:
    """Send the pings that come through standard input, a JSON list of event and reason a line."""
    ending.unwind()
    settings = load_settings()
    for line in sys.stdin:
        event, reason = json.loads(line)
        with suppress(BackupError):  # it is in the record
            send(settings, settings.folder, event, reason)


def send(settings: Settings, folder: Path, event: str, reason: str) -> None:
    """Send one ping and write down what came of it; raises `BackupError` where it failed.

    Takes five seconds at most, but leaves a thread behind that may still wait for the network.
    """
    if not settings.ping_url:
        raise SettingsError(
            "BACKUP_PING_URL is not set, so there is nobody to tell: put the address of a check "
            "into .env."
        )
    problem = [f"There was no answer within {PATIENCE:g} s."]

    def request() -> None:
        problem[0] = _request(address(settings.ping_url, event), reason)

    thread = threading.Thread(target=request, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    error = problem[0]
    record = {
        "at": clock.iso(clock.utc_now()),
        "event": event,
        "verdict": "failed" if error else "sent",
        "error": error or None,
    }
    files.write_note(folder / NAME, json.dumps(record, indent=2) + "\n")
    if error:
        raise BackupError(f"The monitor was not reached: {error}")


def address(url: str, event: str) -> str:
    """Where the monitor listens for `event`."""
    if event == SUCCESS:
        return url
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{event}").geturl()


def _request(url: str, reason: str) -> str:
    """What went wrong, or an empty text; the address itself is never part of it."""
    from http.client import HTTPException  # heavy, and wanted in this process alone
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    request = Request(url, data=reason.encode(), headers={"User-Agent": "ke-wp-mapping backup"})  # noqa: S310 - the settings let http and https alone
    try:
        with urlopen(request, timeout=PATIENCE):  # noqa: S310
            return ""
    except HTTPError as error:
        return f"it answered {error.code} {error.reason}."
    except URLError as error:
        return f"{error.reason}."
    except (OSError, ValueError, HTTPException) as error:
        return f"{type(error).__name__}."


def read(folder: Path) -> dict[str, Any] | None:
    """What came of the newest ping; None where there was none."""
    try:
        found: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


if __name__ == "__main__":
    main()
