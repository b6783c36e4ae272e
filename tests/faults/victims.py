"""Who is killed: each program of the installation, found by what it was started as."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import psutil

from tests.supervision.installation import Installation

Chooser = Callable[[psutil.Process, list[str]], bool]


def _ends_with(*words: str) -> Chooser:
    return lambda _process, command: command[-len(words) :] == list(words)


def _gunicorn(*, worker: bool) -> Chooser:
    def is_one(process: psutil.Process, command: list[str]) -> bool:
        if "gunicorn" not in command:
            return False
        parent = process.parent()
        return worker is (parent is not None and "gunicorn" in parent.cmdline())

    return is_one


VICTIMS: dict[str, tuple[int, Chooser]] = {
    "worker": (4, _gunicorn(worker=True)),
    "master": (2, _gunicorn(worker=False)),
    "scheduler": (3, _ends_with("-m", "backup", "run")),
    "snapshot": (4, lambda _, command: command[1:4] == ["-m", "backup", "now"]),
    "logs": (1, lambda _, command: command[1:4] == ["-m", "supervision", "follow"]),
    "watchdog": (1, _ends_with("-m", "supervision", "watchdog")),
    "supervisord": (2, _ends_with("-m", "supervision")),
}
"""How often each is chosen, and how it is recognised."""

SNAPSHOT_LIFE = 1.2
"""Seconds that the process of a snapshot takes about; it is killed somewhere in them."""


def find(installation: Installation, victim: str) -> list[psutil.Process]:
    """The living processes of one kind."""
    chosen = VICTIMS[victim][1]
    found = []
    for process in installation.processes():
        try:
            if chosen(process, process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def kill(installation: Installation, victim: str, chance: random.Random) -> bool:
    """SIGKILL one of the kind, if there is one."""
    found = find(installation, victim)
    if not found:
        return False
    if victim == "snapshot":
        time.sleep(chance.uniform(0, SNAPSHOT_LIFE))
    try:
        chance.choice(found).kill()
    except psutil.NoSuchProcess:
        return False
    return True
