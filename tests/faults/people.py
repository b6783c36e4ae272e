"""Curators who propose and withdraw, reviewers who approve and reject, each in a thread."""

from __future__ import annotations

import http.client
import random
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle, product

from tests.faults.ledger import Decision, Ledger
from tests.supervision.real_installation import RealInstallation
from tests.supervision.visitor import Visitor

PACE = 0.51
"""Seconds between two decisions of one person: no more than the 120 a minute they may send."""

ANSWERS = {
    "relationship": "unclear",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}

MAPPING = re.compile(r"/mappings/([0-9a-f-]{36})$")
"""The address of a mapping, which the site answers with when it has written a decision down."""

LONGEST_NOTE = 2000
"""Characters; notes make the database grow, so that a snapshot takes a while."""


class Person(Visitor):
    """Somebody who is signed in and decides until told to stop."""

    role = ""

    def __init__(self, installation: RealInstallation, name: str, ledger: Ledger) -> None:
        super().__init__(installation.port)
        self.name = name
        self.ledger = ledger
        self.chance = random.Random(name)
        self._installation = installation
        self.sign_in(installation.sign_in_link(name, self.role))

    def work(self, stop: threading.Event) -> None:
        """Decide again and again until `stop` is set."""
        try:
            while not stop.wait(PACE):
                self.decide()
        finally:
            self.close()

    def decide(self) -> None:
        """Take one decision."""
        raise NotImplementedError

    def send(self, action: str, subject: str, path: str, **fields: str) -> str | None:
        """Send a decision and enter what came back; the uuid of its mapping where it is done."""
        decision = Decision(self.name, action, subject)
        try:
            answer = self.post(path, **fields)
        except (OSError, http.client.HTTPException):
            self.ledger.leave_unanswered(decision)
            return None
        done = MAPPING.search(answer.address)
        if answer.status == 303 and done:
            self.ledger.acknowledge(decision, done[1])
            self._look_at(answer.address)
            return done[1]
        self.ledger.refuse(decision, answer.status, answer.body)
        return None

    def _look_at(self, address: str) -> None:
        """Open the page that the site sent us to, as browsers do."""
        with suppress(OSError, http.client.HTTPException):
            page = self.get(address)
            if page.status not in {200, 503}:  # 503: the database was locked, and it says so
                self.ledger.wonder(f"{address} after a decision: {page.status} {page.body}")


class Curator(Person):
    """Proposes one pair after the other and now and then withdraws one of them."""

    role = "curator"

    def __init__(
        self,
        installation: RealInstallation,
        name: str,
        ledger: Ledger,
        pairs: Iterator[tuple[int, str]],
    ) -> None:
        super().__init__(installation, name, ledger)
        self._pairs = pairs
        self._mine: list[str] = []

    def decide(self) -> None:
        """Propose, or withdraw."""
        if self._mine and self.chance.random() < 0.2:
            uuid = self._mine.pop()
            self.send("withdraw", uuid, f"/mappings/{uuid}/withdraw", version="1")
            return
        key_event, target = next(self._pairs)
        note = "x" * self.chance.randrange(LONGEST_NOTE)
        path = f"/key-events/{key_event}/mappings"
        made = self.send(
            "propose", f"{key_event} {target}", path, target=target, note=note, **ANSWERS
        )
        if made:
            self._mine.append(made)

    def propose_one(self, key_event: int, target: str) -> str:
        """Propose one mapping, which must be acknowledged; returns its uuid."""
        subject, path = f"{key_event} {target}", f"/key-events/{key_event}/mappings"
        uuid = self.send("propose", subject, path, target=target, **ANSWERS)
        assert uuid is not None, self.ledger.take_unexpected()
        return uuid


class Reviewer(Person):
    """Approves or rejects what is proposed, in no order."""

    role = "reviewer"

    def decide(self) -> None:
        """Approve or reject something, if there is anything."""
        uuid = self.ledger.any_open(self.chance)
        if uuid is None:
            return
        action = self.chance.choice(("approve", "reject"))
        path = f"/mappings/{uuid}/{action}"
        self.send(action, uuid, path, reason="It does not fit.", version="1")


def gather(
    installation: RealInstallation, ledger: Ledger, curators: int, reviewers: int
) -> list[Person]:
    """Sign people in; the curators share the pairs of the catalog among them."""
    key_events = installation.query("SELECT number FROM key_event")
    targets = installation.query("SELECT identifier FROM target WHERE resource = 'wikipathways'")
    pairs = [(number, name) for (number,), (name,) in product(key_events, targets)]
    return [
        *(
            Curator(installation, f"Curator {one}", ledger, cycle(pairs[one::curators]))
            for one in range(curators)
        ),
        *(Reviewer(installation, f"Reviewer {one}", ledger) for one in range(reviewers)),
    ]


@contextmanager
def at_work(people: Sequence[Person]) -> Iterator[None]:
    """Everybody decides, each in a thread, while it lasts."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(people)) as pool:
        working = [pool.submit(person.work, stop) for person in people]
        try:
            yield
        finally:
            stop.set()
        for one in working:
            one.result()
