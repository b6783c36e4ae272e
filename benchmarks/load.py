"""Many readers at once, with and without people who decide.

    python -m benchmarks.load [--readers 200] [--writers 20] [--seconds 60]

The real gunicorn with its two workers over the starter catalog in a temporary folder. Every reader
asks for the next page as soon as the last one is there, so as many requests as readers are always
under way; a writer decides twice a second at most, as the limits allow. The baseline is the same
time with the readers alone. Ends with 1 where any answer was an error or none came.
"""

from __future__ import annotations

import argparse
import http.client
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.web import serving
from tests.faults.ledger import Ledger
from tests.faults.people import PACE, Person, gather
from tests.supervision.real_installation import RealInstallation, real_installation
from tests.supervision.visitor import Visitor

PATIENCE = 60.0
"""Seconds that a reader waits for an answer, as browsers do at least."""

PAGES = ("/", "/key-events", "/review", "/search?q=apoptosis", "/targets/wikipathways:WP254")


@dataclass
class Times:
    """Seconds of each answer, and what was no good answer."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def line(self, name: str, during: float) -> str:
        """Rate and percentiles."""
        ordered = sorted(self.seconds)
        at = {p: ordered[int(len(ordered) * p / 100)] * 1000 for p in (50, 95, 99)}
        percentiles = ", ".join(f"p{p} {value:,.0f} ms" for p, value in at.items())
        errors = ", ".join(f"{text} ({n})" for text, n in self.errors.items() if n) or "none"
        rate = len(ordered) / during
        return f"  {name:8} {rate:6.1f} a second, {percentiles}; errors: {errors}"


class Reader(Visitor):
    """Somebody who reads page after page."""

    def read(self, pages: list[str], until: float, times: Times) -> None:
        """Open pages of `pages` by lot until the time `until` has come."""
        while (began := time.perf_counter()) < until:
            path = random.choice(pages)
            try:
                answer = self.get(path)
            except (OSError, http.client.HTTPException) as error:
                times.errors[f"{type(error).__name__}: {error}"] += 1
                continue
            times.seconds.append(time.perf_counter() - began)
            if answer.status != 200:
                times.errors[f"{answer.status} at {path}"] += 1
        self.close()


class Writer:
    """Somebody who decides twice a second at most, in a thread of its own."""

    def __init__(self, person: Person, times: Times) -> None:
        self._person, self._times = person, times

    def decide(self, until: float) -> None:
        """Decide again and again until the time `until` has come."""
        while (began := time.perf_counter()) < until:
            self._person.decide()
            self._times.seconds.append(time.perf_counter() - began)
            time.sleep(PACE)
        self._person.close()


def play(
    installation: RealInstallation, readers: int, people: list[Person], seconds: float
) -> tuple[Times, Times]:
    """Everybody at once for so many seconds; what the readers and the writers saw."""
    numbers = installation.query("SELECT number FROM key_event")
    pages = [*PAGES, *(f"/key-events/{number}" for (number,) in numbers)]
    reading, writing = Times(), Times()
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(readers + len(people)) as pool:
        jobs = [
            *(
                pool.submit(Reader(installation.port, PATIENCE).read, pages, until, reading)
                for _ in range(readers)
            ),
            *(pool.submit(Writer(one, writing).decide, until) for one in people),
        ]
        for job in jobs:
            job.result()
    return reading, writing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()
    ledger = Ledger()
    with real_installation() as installation:
        installation.run("webapp", "prepare")
        with serving(installation):
            people = gather(installation, ledger, args.writers, 0)
            alone, _ = play(installation, args.readers, [], args.seconds)
            print(f"{args.readers} readers alone, {args.seconds:g} s:")
            print(alone.line("reads", args.seconds), flush=True)
            reads, decisions = play(installation, args.readers, people, args.seconds)
    decisions.errors.update(ledger.unexpected)
    decisions.errors["no answer"] = ledger.unanswered.total()
    print(f"{args.readers} readers and {args.writers} writers, {args.seconds:g} s:")
    print(reads.line("reads", args.seconds))
    print(decisions.line("writes", args.seconds))
    ratio = len(reads.seconds) / len(alone.seconds)
    print(f"reads with writers against reads alone: ratio {ratio:.2f}")
    return 1 if any(times.errors.total() for times in (alone, reads, decisions)) else 0


if __name__ == "__main__":
    sys.exit(main())
