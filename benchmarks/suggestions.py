"""How long lists of suggestions take: as it is, with 5,000 approved mappings, with more targets.

    python -m benchmarks.suggestions [--rounds 200] [--times 10] [--approved 5000]

The catalog and the index of the settings in force are copied into a temporary folder. `list` is a
list of a catalogued Key Event with its reasons and titles, for one resource or for all three in one
session; `text` the same for free text, which runs the encoder; `page` the page of a Key Event by
the application's test client; `served` the same page from the real gunicorn, one request after the
other. The baseline ranks the names of all resources by cosine alone, in one go, and fetches the ten
best: what a plain search by vectors takes. The larger catalog has recombined names and takes some
minutes and 6 GB of memory to make (`--times 1` leaves it out). CPU is what the process computed,
which other programs on the machine change less than the clock.
"""

from __future__ import annotations

import argparse
import http.client
import logging
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from flask import Flask
from numpy.typing import NDArray
from sqlalchemy import select

from benchmarks import sites
from benchmarks.web import serving
from tests.supervision.real_installation import real_installation
from webapp import create_app, suggestions
from webapp.catalog.models import KeyEvent, Target
from webapp.catalog.registry import RESOURCES
from webapp.database import Database
from webapp.settings import Settings, load_settings
from webapp.suggestions import index as files
from webapp.suggestions.encoder import load
from webapp.suggestions.index import Index
from webapp.suggestions.service import Suggester

TEXTS = (
    "programmed cell suicide",
    "fat in the liver",
    "too much sugar",
    "weak bones",
    "sick lungs of smokers",
    "binding of estrogen to its receptor",
    "breaks of DNA strands",
)
AIMS = {"list": 15, "list of all three": 40, "text": 60}
"""Milliseconds, p95, for the catalog as it is."""
TIMES_AIM = 4
"""With ten times the targets the same may take so many times as long."""

Times = NDArray[np.float64]
"""Shape (calls, 2): milliseconds on the clock, milliseconds computed."""


class Site:
    """One installation with all that is timed on it."""

    def __init__(self, settings: Settings, rounds: int) -> None:
        self.app: Flask = create_app(settings)
        logging.getLogger("webapp").setLevel(logging.WARNING)
        suggestions.warm_up(self.app)
        self.suggester: Suggester = self.app.extensions["kewp.suggestions"]
        self.database: Database = self.app.extensions["kewp.database"]
        self.index = current_index(settings)
        with self.database.read() as session:
            numbers = session.scalars(
                select(KeyEvent.number).where(KeyEvent.retired_at.is_(None))
            ).all()
        shuffled = random.Random(0).sample(numbers, len(numbers))
        self.numbers = list(islice(cycle(shuffled), rounds))
        self.texts = list(islice(cycle(TEXTS), rounds))

    def calls(self) -> dict[str, list[Callable[[], object]]]:
        """What is timed, by name."""
        client = self.app.test_client()
        found: dict[str, list[Callable[[], object]]] = {
            "cosine alone": [partial(self.by_cosine, one) for one in self.numbers],
        }
        for resource in RESOURCES:
            found[f"list, {resource}"] = [
                partial(self.listed, one, [resource]) for one in self.numbers
            ]
        found["list of all three"] = [
            partial(self.listed, one, list(RESOURCES)) for one in self.numbers
        ]
        for resource in RESOURCES:
            found[f"text, {resource}"] = [
                partial(self.searched, one, resource) for one in self.texts
            ]
        found["page"] = [partial(client.get, f"/key-events/{one}") for one in self.numbers]
        return found

    def by_cosine(self, number: int) -> None:
        """The baseline."""
        vectors = self.index.key_event_vectors
        assert vectors is not None
        own = vectors[self.index.key_event_rows[number]]
        with self.database.read() as session:
            for part in self.index.resources.values():
                assert part.vectors is not None
                cosines = (part.vectors @ own.T).max(axis=1)
                best = np.argpartition(-cosines, 10)[:10]
                wanted = [part.identifiers[row] for row in best]
                session.scalars(select(Target).where(Target.identifier.in_(wanted))).all()

    def listed(self, number: int, resources: Sequence[str]) -> None:
        """The lists of a catalogued Key Event, in one session."""
        with self.database.read() as session:
            event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
            for resource in resources:
                assert self.suggester.for_key_event(session, event, resource).items

    def searched(self, text: str, resource: str) -> None:
        """The list of a free text."""
        with self.database.read() as session:
            assert self.suggester.for_text(session, text, resource, 20).items

    def close(self) -> None:
        """Leave no connection open."""
        for name in ("database", "runtime"):
            self.app.extensions[f"kewp.{name}"].close()


def current_index(settings: Settings) -> Index:
    """The index as it lies on the disk."""
    return files.load(settings.index_dir, files.current_generation(settings.index_dir))


def timed(calls: Sequence[Callable[[], object]]) -> Times:
    """Each call once, after some of them to warm up."""
    for call in calls[:10]:
        call()
    taken = []
    for call in calls:
        clock, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - clock, time.process_time() - cpu))
    return np.array(taken) * 1000


def served(data: Path, numbers: Sequence[int]) -> Times:
    """The page of each Key Event from the real web server; CPU is not known of it."""
    with (
        real_installation(DATA_DIR=str(data), WEB_CONCURRENCY="1") as installation,
        serving(installation),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=60)

        def visit(number: int) -> None:
            connection.request("GET", f"/key-events/{number}")
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)

        with closing(connection):
            found = timed([partial(visit, number) for number in numbers])
    found[:, 1] = np.nan
    return found


def report(title: str, found: dict[str, Times], before: dict[str, Times] | None) -> None:
    """One row a kind of list; ratios are those of the medians of the clock."""
    print(f"\n{title}")
    print(f"{'':20} p50 ms  p95 ms  CPU p50  CPU p95  of cosine alone  of the catalog as it is")
    alone = float(np.median(found["cosine alone"][:, 0]))
    for name, times in found.items():
        p50, p95 = np.percentile(times, [50, 95], axis=0)
        aim = AIMS.get(name, AIMS.get(name.partition(",")[0])) if before is None else None
        told = f"  aim {aim}: {verdict(p95, aim)}" if aim else ""
        again = f"x{p50[0] / np.median(before[name][:, 0]):20.2f}" if before else ""
        print(
            f"{name:20} {p50[0]:6.1f}  {p95[0]:6.1f}  {p50[1]:7.1f}  {p95[1]:7.1f}  "
            f"x{p50[0] / alone:14.2f}  {again}{told}",
            flush=True,
        )


def verdict(p95: NDArray[np.float64], aim: float) -> str:
    """Whether the clock and the processor time (milliseconds) stay within the aim."""
    clock, cpu = ("met" if value <= aim else "missed" for value in p95)
    return clock if clock == cpu else f"{clock} by the clock, {cpu} by processor time"


def measure(data: Path, rounds: int) -> dict[str, Times]:
    """Everything on the installation with this data folder."""
    settings = load_settings({**FIXED, "DATA_DIR": str(data)}, env_file=None)
    site = Site(settings, rounds)
    found = {name: timed(calls) for name, calls in site.calls().items()}
    numbers = site.numbers
    site.close()
    found["served page"] = served(data, numbers)
    return found


FIXED = {"FLASK_SECRET_KEY": "0123456789abcdef" * 4}


def main() -> None:
    """Print one table a site."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--approved", type=int, default=5000)
    args = parser.parse_args()
    settings = load_settings()
    index = current_index(settings)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        sites.copy_site(settings.database_path, settings.index_dir, here / "as_it_is")
        as_it_is = measure(here / "as_it_is", args.rounds)
        report("The catalog as it is", as_it_is, None)
        if args.approved:
            sites.copy_site(settings.database_path, settings.index_dir, here / "decided")
            with closing(Database(here / "decided" / "ke_wp_mapping.db")) as database:
                sites.approve(database, index, args.approved)
            title = f"With {args.approved:,} approved mappings"
            report(title, measure(here / "decided", args.rounds), as_it_is)
        if args.times > 1:
            sites.copy_site(settings.database_path, settings.index_dir, here / "larger")
            with closing(Database(here / "larger" / "ke_wp_mapping.db")) as database:
                encoder = load(settings.encoder, settings.encoder_revision)
                sites.enlarge(database, here / "larger" / "index", index, encoder, args.times)
            title = f"With {args.times} times the targets (aim: at most x{TIMES_AIM})"
            report(title, measure(here / "larger", args.rounds), as_it_is)


if __name__ == "__main__":
    main()
