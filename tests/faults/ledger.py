"""What people sent and what they were told: the promises that the audit holds the site to."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

FULL_DISK_GRACE = 3.0
"""Seconds after a disk has room again in which an answer may still speak of the full one."""


@dataclass(frozen=True)
class Decision:
    """Somebody's wish: `subject` is the uuid of a mapping, or, to propose, `KEY-EVENT TARGET`."""

    person: str
    action: str
    subject: str


class Ledger:
    """All decisions that were sent, by what came back; safe to share between threads.

    `acknowledged`: the site said that it is done. `unanswered`: nothing came back, so it may be
    done or not. `refused`, by status: the site said that it is not done. `unexpected`: answers
    that nobody should get.
    """

    def __init__(self) -> None:
        self.acknowledged: Counter[Decision] = Counter()
        self.unanswered: Counter[Decision] = Counter()
        self.refused: Counter[int] = Counter()
        self.unexpected: list[str] = []
        self.uuids: dict[str, Decision] = {}
        """The proposal behind each uuid that the site gave away."""
        self._open: list[str] = []
        self._full_until = 0.0
        self._lock = threading.Lock()

    def acknowledge(self, decision: Decision, uuid: str) -> None:
        """The site answered that `decision` is done; `uuid` is that of its mapping."""
        with self._lock:
            self.acknowledged[decision] += 1
            if decision.action == "propose":
                self.uuids[uuid] = decision
                self._open.append(uuid)

    def leave_unanswered(self, decision: Decision) -> None:
        """No answer came."""
        with self._lock:
            self.unanswered[decision] += 1

    def refuse(self, decision: Decision, status: int, text: str) -> None:
        """The site answered with another status than that of success."""
        # 409: somebody else was first; 503: the database was locked; both say so.
        expected = status in {409, 503} or (status == 507 and time.monotonic() < self._full_until)
        with self._lock:
            self.refused[status] += 1
        if not expected:
            self.wonder(f"{decision}: {status} {text}")

    def wonder(self, what: str) -> None:
        """Enter an answer that nobody should get."""
        with self._lock:
            self.unexpected.append(what[:300])

    def any_open(self, chance: random.Random) -> str | None:
        """A proposal to decide on, taken off the list; None where there is none."""
        with self._lock:
            if not self._open:
                return None
            return self._open.pop(chance.randrange(len(self._open)))

    def take_unexpected(self) -> list[str]:
        """What nobody should have been answered since the last call."""
        with self._lock:
            taken, self.unexpected = self.unexpected, []
        return taken

    def disk_is_full(self) -> None:
        """Until further notice, answers may speak of a full disk."""
        self._full_until = float("inf")

    def disk_has_room(self) -> None:
        """Soon no answer may speak of a full disk any more."""
        self._full_until = time.monotonic() + FULL_DISK_GRACE

    @property
    def decided(self) -> int:
        """How many decisions have been acknowledged so far."""
        return self.acknowledged.total()

    def acknowledged_by_action(self) -> Counter[str]:
        """How many decisions of each kind have been acknowledged so far."""
        with self._lock:
            found: Counter[str] = Counter()
            for decision, count in self.acknowledged.items():
                found[decision.action] += count
        return found
