"""A command that runs beside the scheduler: the drill, the copy elsewhere.

It is a process of its own and nobody ever waits for it: one that hangs on a dead share cannot even
be killed, and must hold up nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from backup import schedule
from backup.clock import say
from backup.settings import ROOT

END_PATIENCE = 2.0
"""Seconds that an errand has for sweeping up when the scheduler stops."""


class Errand:
    """`python -m backup WORDS`, started when it is due, ended after `limit` seconds.

    `swept` is called after each run, however it ended.
    """

    def __init__(self, *words: str, limit: float, swept: Callable[[], None] = lambda: None) -> None:
        self._words = words
        self._limit = limit
        self._swept = swept
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._end = 0.0
        self._killed = False
        self._failures = 0
        self._rest_until = 0.0

    def look_after(self, due: bool) -> None:
        """Start it if it is `due` and not resting after a failure; end it if it takes too long."""
        if self._process is None:
            if due and time.monotonic() >= self._rest_until:
                self._start()
            return
        code = self._process.poll()
        if code is not None:
            self._ended(code)
        elif time.monotonic() > self._end and not self._killed:
            say(f"The {self._words[0]} took longer than {self._limit:g} s and is ended.")
            self._process.kill()
            self._killed = True

    def tell_to_stop(self) -> None:
        """Tell it to end; `stop` waits for that."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End it, as the scheduler ends: a moment for sweeping up, then by force."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_PATIENCE)
        self._process.kill()  # does nothing to one that has ended
        self._swept()

    def _start(self) -> None:
        try:
            # A file, as a pipe could be held open by a program that hangs.
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backup", *self._words],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stderr=self._stderr,
            )
        except OSError as error:
            self._rest(f"it could not be started: {error}.")
        self._end = time.monotonic() + self._limit
        self._killed = False

    def _ended(self, code: int) -> None:
        self._process = None
        self._swept()
        assert self._stderr is not None  # noqa: S101 - it was started
        with self._stderr as file:
            file.seek(0)
            said = file.read().decode(errors="replace").strip()
        if code == 0:
            self._failures = 0
        else:
            self._rest(said or f"it ended with code {code}.")

    def _rest(self, why: str) -> None:
        # The record counts failures too; this holds where none could be written.
        self._failures += 1
        delay = schedule.errand_delay(self._failures)
        self._rest_until = time.monotonic() + delay.total_seconds()
        say(f"The {self._words[0]} failed: {why} Next try in {delay}.")
