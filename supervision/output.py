"""Standard output that supervisord can open again, and that outlives its reader.

supervisord writes its own messages to standard output and opens `/dev/fd/1` a second time for the
program `logs`. That fails for a socket (a systemd service has one), overwrites lines in a file, and
fills standard error with tracebacks once the reader of a pipe is gone (`make run | head`).
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import sys
import time
from typing import NoReturn

DRAIN = 5.0
"""Seconds that the last lines may take to be read."""


class Output:
    """Standard output of this process, made safe for supervisord."""

    def __init__(self) -> None:
        self._relay: int | None = None
        sys.stdout.flush()
        kind = os.fstat(1).st_mode
        if stat.S_ISREG(kind):
            # Both writers then add at the end, wherever the other one is.
            fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_APPEND)
        elif not self._lasts(kind):
            self._relay = _start_relay()

    def close(self) -> None:
        """Wait until all that was written has been read, but not for ever."""
        if self._relay is None:
            return
        sys.stdout.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)  # the relay sees the end of its input
        deadline = time.monotonic() + DRAIN
        try:
            while os.waitpid(self._relay, os.WNOHANG)[0] == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
        except ChildProcessError:
            return  # it ended earlier, and supervisord, which reaps all children, saw it

    @staticmethod
    def _lasts(kind: int) -> bool:
        # The container engine reads PID 1's pipe for as long as PID 1 lives.
        if stat.S_ISFIFO(kind) and os.getpid() != 1:
            return False
        try:
            os.close(os.open("/dev/fd/1", os.O_WRONLY | os.O_NOCTTY))
        except OSError:
            return False
        return True


def _start_relay() -> int:
    """Put a process between our standard output and its reader; returns its process id."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(reader, 0)
        os.closerange(3, 256)  # the lock among them: it must not outlive the launcher
        _relay()
    os.close(reader)
    os.dup2(writer, 1)
    os.close(writer)
    return pid


def _relay() -> NoReturn:
    # Whoever stops us is stopping the writer too; its last lines are still to come.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    read_by_somebody = True
    while data := os.read(0, 65_536):
        view = memoryview(data)
        while view and read_by_somebody:
            try:
                view = view[os.write(1, view) :]
            except OSError:
                read_by_somebody = False
    os._exit(0)
