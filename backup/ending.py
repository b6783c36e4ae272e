"""How a command ends when it is told to, by supervisord (SIGTERM) or by Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

STOPS = (signal.SIGTERM, signal.SIGINT)


def by_becoming(*words: str) -> None:
    """From now on, when told to end, become `python -m WORDS… SIGNAL`.

    A copy or a check is one long call into SQLite, in which Python runs no signal handler; a thread
    of its own waits for the signal instead. To become another program ends all other threads at
    once (execve(2)), so nothing is written any more while that one cleans up. Programs that are
    started meanwhile must unblock the signals.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)

    def wait() -> None:
        number = signal.sigwait(STOPS)
        os.execv(sys.executable, [sys.executable, "-m", *words, str(int(number))])  # noqa: S606 - our own

    threading.Thread(target=wait, daemon=True).start()


def unwind() -> None:
    """From now on leave by `SystemExit` when told to, so that every `finally` is run."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    for number in STOPS:
        signal.signal(number, _leave)


def not_later_than(seconds: float) -> None:
    """Let the kernel end this process then, also inside a call that never returns."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
