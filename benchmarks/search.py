"""How long a search takes on the catalog in force, by kind of query, against a scan of all names.

    python -m benchmarks.search [--rounds 5]

Each query is a whole request to `/search` (words, ranking, titles, page), as the server works it
off, without the network. The baseline finds the same words with LIKE in all names, as a search
without an index does, and makes no page. Every figure is of the same run; CPU is what the process
computed, which other programs on the machine change less than the time on the clock.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from flask import Flask

from webapp import create_app, suggestions
from webapp import search as room
from webapp.database import Database
from webapp.search import names

QUERIES = {
    "identifier": ["KE 55", "AOP 18", "WP254", "GO:0006915", "R-HSA-109581"],
    "one word": ["apoptosis", "steatosis", "fibrosis", "hepatocyte", "inflammation"],
    "broad word": ["cell", "regulation of", "process", "response", "receptor"],
    "words": ["liver fibrosis", "oxidative stress", "estrogen receptor", "cell death", "NF-kB"],
    "beginning": ["apopt", "hepat steat", "oxidat", "mitoch", "steroidogen"],
    "misspelt": ["apoptisis", "estrogn receptor", "perixosome", "hepatoxicity", "inflamation"],
    "gene": ["TP53", "IL-6", "casp9", "ENSG00000141510", "AHR"],
    "meaning": ["liver death by poison", "too much sugar", "sick lungs", "qqqq", "weak bones"],
}


def main() -> None:
    """Print one row a kind of query."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    app = create_app()
    logging.getLogger("webapp").setLevel(logging.WARNING)
    suggestions.warm_up(app)
    room.warm_up(app)
    database: Database = app.extensions["kewp.database"]
    print("query         p50 ms  p95 ms  CPU p50  CPU p95  scan p50  ratio")
    everything: list[tuple[float, float]] = []
    for kind, texts in QUERIES.items():
        asked = [partial(_request, app, text) for text in texts]
        scans = [partial(_scan, database, text) for text in texts]
        taken, scanned = _measure(asked, rounds), _measure(scans, max(1, rounds // 3))
        everything += taken
        clock, cpu = (np.array(column) * 1000 for column in zip(*taken, strict=True))
        scan = np.median([clocked for clocked, _ in scanned]) * 1000
        print(
            f"{kind:12} {np.median(clock):7.1f} {np.percentile(clock, 95):7.1f} "
            f"{np.median(cpu):8.1f} {np.percentile(cpu, 95):8.1f} {scan:9.1f}  "
            f"x{scan / np.median(clock):.1f}"
        )
    clock, cpu = (np.array(column) * 1000 for column in zip(*everything, strict=True))
    print(
        f"{'all':12} {np.median(clock):7.1f} {np.percentile(clock, 95):7.1f} "
        f"{np.median(cpu):8.1f} {np.percentile(cpu, 95):8.1f}"
    )


def _measure(calls: Sequence[Callable[[], None]], rounds: int) -> list[tuple[float, float]]:
    """(seconds on the clock, seconds computed) of each call, `rounds` times after a first one."""
    taken = []
    for call in calls:
        call()
        for _ in range(rounds):
            clock, cpu = time.perf_counter(), time.process_time()
            call()
            taken.append((time.perf_counter() - clock, time.process_time() - cpu))
    return taken


def _request(app: Flask, text: str) -> None:
    answer = app.test_client().get("/search", query_string={"q": text})
    assert answer.status_code in {200, 302}, answer.status


def _scan(database: Database, text: str) -> None:
    with database.read() as session:
        names.find(session, text)


if __name__ == "__main__":
    main()
