"""In the place of a container engine: starts the launcher again whenever it has ended."""

from __future__ import annotations

import signal
import threading
from collections import Counter

from tests.supervision.installation import Installation

PAUSE = 1.0
"""Seconds before it is started again; Docker begins with a tenth of that and doubles it."""

STOP = 90.0


class Engine:
    """Keeps an installation running, as `restart: unless-stopped` does, until it is stopped."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_running, daemon=True)
        self.ends: Counter[str] = Counter()
        """How the launcher ended, by exit code or signal."""

    def start(self) -> None:
        """Start it, without waiting until it runs."""
        self._installation.start()
        self._thread.start()

    def stop(self) -> int:
        """Stop the installation as an operator does; returns its exit code."""
        self._stopped.set()
        code = self._installation.stop(seconds=STOP)
        self._thread.join()
        return code

    def give_up(self) -> None:
        """Start nothing any more."""
        self._stopped.set()

    def _keep_running(self) -> None:
        while True:
            process = self._installation.process
            assert process is not None
            code = process.wait()
            if self._stopped.is_set():
                return
            self.ends[signal.Signals(-code).name if code < 0 else f"exit {code}"] += 1
            if self._stopped.wait(PAUSE):
                return
            self._installation.start()
