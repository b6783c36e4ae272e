"""The rounds: people decide, faults disturb them, the site heals, and everything is compared."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults import audit, victims
from tests.faults.disks import Disk
from tests.faults.engine import Engine
from tests.faults.ledger import Ledger
from tests.faults.people import Person, at_work, gather
from tests.faults.results import Result
from tests.faults.troubles import Troubles
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation

CURATORS = 6
REVIEWERS = 3

INTERVAL = 5
"""Seconds of BACKUP_MIN_INTERVAL, so that a round sees several snapshots."""

HEALING = 120.0
"""Seconds in which the site must be well again after the last fault, on a slow machine."""

SNAPSHOT = 60.0
"""Seconds in which the newest decision must be in a verified snapshot, on a slow machine."""

MEANWHILE = 4
"""Decisions that most kills wait for, so that they meet people at work."""

EXPECTED = {
    "supervisord": 1,
    "master": 1,
    "worker": 2,
    "scheduler": 1,
    "logs": 1,
    "watchdog": 1,
}
"""How many processes of each kind run when all is well."""

PATIENCE = 40.0
"""Seconds that a kill waits for those decisions, or for a victim of its kind."""


class Campaign:
    """One installation, its people and its faults; `campaign` makes one and cleans up after it.

    `seed` fixes which faults are chosen, not when exactly they strike. After `minutes` of a busy
    machine kills wait for nobody any more, so that the campaign comes to an end.
    """

    def __init__(
        self, installation: RealInstallation, seed: int, minutes: float, *, small_disks: bool
    ) -> None:
        self._installation = installation
        self._hurry_from = time.monotonic() + minutes * 60
        self._chance = random.Random(seed)
        self._ledger = Ledger()
        self._engine = Engine(installation)
        self._people: list[Person] = []
        self._snapshots = 0
        installation.backups = installation.root / "backups"
        installation.environment |= {
            "BACKUP_DIR": str(installation.backups),
            "BACKUP_MIN_INTERVAL": f"{INTERVAL}s",
        }
        folders = {"data": installation.data, "backup": installation.backups}
        self._disks = {name: Disk(path) for name, path in folders.items()} if small_disks else {}

    def start(self) -> None:
        """Start the installation and sign people in."""
        self._engine.start()
        self._installation.wait_until_it_runs()
        self._people = gather(self._installation, self._ledger, CURATORS, REVIEWERS)

    def clean_up(self) -> None:
        """Leave nothing behind, whatever has happened."""
        self._engine.give_up()
        self._installation.kill()
        for disk in self._disks.values():
            disk.remove()

    def round(self, kills: int) -> Result:
        """People decide while `kills` processes are killed; what was found afterwards."""
        began = time.monotonic()
        result = Result(rounds=1)
        before = self._told()
        with at_work(self._people):
            self._disturb(kills, result)
            result.slowest_healing = self._wait(
                "The site is not well again", self._is_well, HEALING, result.problems
            )
        result.slowest_snapshot = self._wait(
            "The newest decision is in no snapshot", self._is_saved, SNAPSHOT, result.problems
        )
        database = self._installation.database
        result.problems += audit.database(database, self._ledger)
        # All of them again; the new ones count.
        snapshots, wrong = audit.snapshots(self._installation.backups, database)
        result.snapshots, self._snapshots = snapshots - self._snapshots, snapshots
        result.problems += wrong
        for what, counts in self._told().items():
            getattr(result, what).update(counts - before[what])
        result.problems += self._ledger.take_unexpected()
        result.seconds = time.monotonic() - began
        result.failed = int(bool(result.problems))
        return result

    def stop(self) -> list[str]:
        """Stop the installation; what was wrong with that."""
        code = self._engine.stop()
        problems = [] if code == 0 else [f"the stop ended with exit code {code}"]
        if left := self._installation.processes():
            problems.append(f"left running after the stop: {left}")
        return problems

    def _told(self) -> dict[str, Counter[str]]:
        """What has been counted so far, by the names that `Result` gives it."""
        return {
            "acknowledged": self._ledger.acknowledged_by_action(),
            "unanswered": Counter(people=self._ledger.unanswered.total()),
            "refused": Counter({str(code): n for code, n in self._ledger.refused.items()}),
            "ends": self._engine.ends.copy(),
        }

    def _disturb(self, kills: int, result: Result) -> None:
        """Kill so many processes, and have one of each other trouble meanwhile."""
        databases = {
            "database": self._installation.database,
            "runtime.db": self._installation.data / "runtime.db",
        }
        troubles = Troubles(databases, self._disks, self._ledger, self._chance.random())
        with ThreadPoolExecutor(1) as pool:
            others = pool.submit(lambda: result.troubles.update(troubles.one_of_each()))
            for _ in range(kills):
                self._let_people_work()
                result.kills[self._kill_one()] += 1
            others.result()

    def _let_people_work(self) -> None:
        """Mostly until some more decisions are made; now and then the next kill comes at once."""
        if self._chance.random() < 0.3 or time.monotonic() > self._hurry_from:
            time.sleep(self._chance.uniform(0, 0.5))
            return
        wanted = self._ledger.decided + MEANWHILE
        deadline = time.monotonic() + PATIENCE
        while self._ledger.decided < wanted and time.monotonic() < deadline:
            time.sleep(0.05)

    def _kill_one(self) -> str:
        """Kill a process of a kind chosen by lot; returns the kind."""
        kinds = list(victims.VICTIMS)
        weights = [weight for weight, _ in victims.VICTIMS.values()]
        while True:
            (kind,) = self._chance.choices(kinds, weights)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                if victims.kill(self._installation, kind, self._chance):
                    return kind
                time.sleep(0.05)

    def _wait(
        self, what: str, condition: Callable[[int], bool], seconds: float, problems: list[str]
    ) -> float:
        """Seconds until `condition` is true of what was decided by now; too many are a problem."""
        began = time.monotonic()
        decided = self._ledger.decided
        try:
            wait_until(what, lambda: condition(decided), seconds)
        except AssertionError:
            problems.append(f"{what} after {seconds:g} s: {self._installation.answers()}")
        return time.monotonic() - began

    def _is_well(self, decided: int) -> bool:
        """Every program runs once, health finds nothing, and people's decisions are taken."""
        running = {kind: len(victims.find(self._installation, kind)) for kind in EXPECTED}
        try:
            health = json.loads(self._installation.answers())
        except ValueError:
            return False
        # The disks are too small for the component `disk` to be content.
        words = {part["status"] for name, part in health["components"].items() if name != "disk"}
        return running == EXPECTED and words == {"ok"} and self._ledger.decided > decided

    def _is_saved(self, _decided: int) -> bool:
        ((newest,),) = self._installation.query("SELECT max(id) FROM mapping_event")
        return bool(audit.newest_event(self._installation.backups) == newest)


@contextmanager
def campaign(
    installation: RealInstallation, seed: int, minutes: float, *, small_disks: bool
) -> Iterator[Campaign]:
    """A campaign that has been started; nothing of it is left afterwards."""
    made = Campaign(installation, seed, minutes, small_disks=small_disks)
    try:
        made.start()
        yield made
    finally:
        made.clean_up()
