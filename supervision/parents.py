"""No program outlives the process that started it, even where that one is killed outright.

Linux sends a process a signal when its parent dies if the process asked for it (prctl(2),
PR_SET_PDEATHSIG); the wish survives execve(2) but not fork(2). Elsewhere nothing is done here.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Looked up before any fork, so that a child runs no loader code.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def end_with_parent(parent: int) -> None:
    """Have this process sent SIGTERM when its parent, process `parent`, dies.

    Exits at once where that has happened already, as no signal would come any more.
    """
    if _prctl is None:
        return
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def end_children_with_me() -> None:
    """Have every child that this process forks from now on sent SIGTERM when this process dies."""
    parent = os.getpid()
    os.register_at_fork(after_in_child=lambda: end_with_parent(parent))
