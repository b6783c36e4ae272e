"""What gunicorn's hooks say about memory at the start; the arithmetic is in `memory`."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, Protocol

from supervision import memory

DELAY = 2.0
"""Seconds after which the workers are up, and the log has room for a line."""


class Server(Protocol):
    """What is used of gunicorn's arbiter (the master)."""

    log: logging.Logger
    num_workers: int
    app: Any


class Worker(Protocol):
    """What is used of gunicorn's workers; `age` counts them from 1 in the order of their start."""

    log: logging.Logger
    age: int
    ppid: int
    cfg: Any


def warn_if_short(server: Server) -> None:
    """In the master, before the fork: warn where there is less memory than the workers need."""
    master = memory.usage()
    warning = memory.warning(server.num_workers, master.share if master else 0, memory.limit())
    if warning:
        server.log.warning(warning)


def report_soon(worker: Worker) -> None:
    """In a worker: the last of the first generation writes one line about all processes."""
    if worker.age != worker.cfg.workers:
        return
    timer = threading.Timer(DELAY, _report, [worker])
    timer.daemon = True
    timer.start()


def _report(worker: Worker) -> None:
    workers = [memory.usage(pid) for pid in _children(worker.ppid)]
    worker.log.info(memory.summary(memory.usage(worker.ppid), workers, memory.limit()))


def _children(pid: int) -> list[str]:
    """Process ids of the children of `pid`; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
