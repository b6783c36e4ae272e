"""What goes wrong besides kills: full disks and a locked database, for seconds each."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.faults.disks import Disk
from tests.faults.ledger import Ledger

Trouble = Callable[[], None]

LOCKING = """
import sys
from pysqlite3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute(f"BEGIN {sys.argv[2]}")
print("locked", flush=True)
sys.stdin.readline()
"""


class Troubles:
    """The troubles of one installation, each of which lasts `seconds` drawn by lot."""

    def __init__(
        self,
        databases: dict[str, Path],
        disks: dict[str, Disk],
        ledger: Ledger,
        seed: float,
    ) -> None:
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._kinds: dict[str, Trouble] = {}
        for name, path in databases.items():
            self._kinds[f"{name} locked"] = partial(self._lock, path)
        for name, disk in disks.items():
            self._kinds[f"{name} disk full"] = partial(self._fill, disk)

    def one_of_each(self) -> Iterator[str]:
        """Make each kind of trouble once, in any order; names each when it has passed."""
        for kind in self._chance.sample(sorted(self._kinds), len(self._kinds)):
            time.sleep(self._chance.uniform(0.5, 4))
            self._kinds[kind]()
            yield kind

    def _lock(self, database: Path) -> None:
        mode = self._chance.choice(("IMMEDIATE", "EXCLUSIVE"))
        with holding(database, mode):
            # Longer and shorter than the five seconds that a writer waits.
            time.sleep(self._chance.uniform(1, 9))

    def _fill(self, disk: Disk) -> None:
        self._ledger.disk_is_full()
        disk.fill(room=self._chance.randrange(200_000))
        try:
            time.sleep(self._chance.uniform(2, 8))
        finally:
            disk.free()
            self._ledger.disk_has_room()


@contextmanager
def holding(database: Path, mode: str) -> Iterator[None]:
    """Another process holds the write lock of the database while it lasts."""
    with subprocess.Popen(
        [sys.executable, "-c", LOCKING, str(database), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()
