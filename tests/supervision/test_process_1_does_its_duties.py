"""The launcher is a good process 1 of a PID namespace, as it has to be in a container."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.supervision.installation import START, wait_until
from tests.supervision.namespace import Member, Namespaced, namespaced

CLEANER = ("sh", "-c", '"$@"; while sleep 0.1; do :; done', "sh")
"""A process 1 that starts the launcher, reaps what others leave, and does not end by itself."""


@pytest.fixture
def contained() -> Iterator[Namespaced]:
    """A fresh installation, not started."""
    with namespaced() as installation:
        yield installation


@pytest.fixture(scope="module")
def running() -> Iterator[Namespaced]:
    """One that runs, for tests that leave it running."""
    with namespaced() as installation:
        # Small files, so that a few lines make them rotate.
        installation.configure("stdout_logfile_maxbytes=10MB", "stdout_logfile_maxbytes=2KB")
        installation.start_and_wait()
        yield installation


def test_orphans_are_reaped(running: Namespaced) -> None:
    request = running.root / "leave-orphans"
    request.touch()

    def five_sleepers() -> list[Member]:
        found = [
            member
            for member in running.others()
            if member.name == "sleep" and member.parent == running.first.pid
        ]
        return found if len(found) == 5 else []

    running.control("start", "catalog-update")
    orphans = wait_until("five orphans of process 1", five_sleepers)
    for orphan in orphans:
        os.kill(orphan.pid, signal.SIGKILL)

    wait_until("they are gone", lambda: not any(orphan.exists() for orphan in orphans))
    assert running.answers()
    request.unlink()
    running.wait_for_states({"catalog-update": "EXITED"})  # for whoever starts it next


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("backup-now", "A snapshot was made."),
        ("catalog-update", "The stand-in's catalog is up to date."),
    ],
)
def test_a_finished_one_shot_program_ends_nothing(
    running: Namespaced, program: str, line: str
) -> None:
    answer = running.control("start", program)

    assert answer.stdout == f"{program}: started\n"
    running.wait_for_states({program: "EXITED"})
    wait_until("its line in the output", lambda: f"{program} | {line}\n" in running.output())
    assert line in running.control("tail", program).stdout
    assert line in (running.root / "logs" / f"{program}.log").read_text()
    states = running.states()
    assert states["web"] == states["backup"] == "RUNNING"
    assert running.answers()


def test_logs_rotate_and_are_seen_in_both_places(running: Namespaced) -> None:
    running.get("/?lines=400&seen-by=both")

    wait_until("the request's own line", lambda: "seen-by=both" in running.output())
    output = running.output()
    lines = (f"web | numbered line {number}\n" for number in range(400))
    assert [line for line in lines if line not in output] == []
    # While a rotation is under way its number is free for a moment.
    wait_until("a rotation", (running.root / "logs" / "web.log.1").exists)

    def tail_shows_the_next_request() -> bool:
        running.get("/?seen-by=tail")  # the one before may be the last line of a rotated file
        return "seen-by=tail" in running.control("tail", "web").stdout

    wait_until("tail shows the log", tail_shows_the_next_request)


def test_a_stop_finishes_the_requests_in_flight(contained: Namespaced) -> None:
    contained.start_and_wait()
    arrived = contained.root / "slow-requests"
    with ThreadPoolExecutor(4) as pool:
        requests = [pool.submit(contained.get, "/?seconds=4") for _ in range(4)]
        wait_until(
            "all four run",
            lambda: arrived.exists() and arrived.read_text().count("one\n") == 4,
        )
        members = contained.members()

        before = time.monotonic()
        code = contained.stop()
        seconds = time.monotonic() - before
        bodies = [request.result(START) for request in requests]

    assert code == 0
    assert seconds < 60  # the engine's patience; 5 to 8 on an idle machine
    assert "SIGKILL" not in contained.output()
    assert [body for body in bodies if not body.isdigit()] == []
    assert [member for member in members if member.exists()] == []
    assert "stopped: web (exit status 0)" in contained.output()


@pytest.mark.parametrize("program", ["web", "backup"])
def test_a_program_that_cannot_start_ends_the_namespace(
    contained: Namespaced, program: str
) -> None:
    (contained.root / f"fail-{program}").touch()
    contained.take_any_end_for_a_failed_start()

    contained.start()
    code = contained.wait_to_end()

    assert code == 1
    assert contained.output().splitlines()[-1] == (
        f"The program {program} could not be started, so everything was stopped; the reason "
        f"stands in {contained.root}/logs/{program}.log."
    )
    reason = f"The stand-in{' backup' * (program == 'backup')} was told to fail.\n"
    assert f"{program} | {reason}" in contained.output()
    assert reason in (contained.root / "logs" / f"{program}.log").read_text()


def test_a_killed_process_1_leaves_nothing_behind(contained: Namespaced) -> None:
    contained.start_and_wait()
    members = contained.members()
    assert len(members) >= 7  # the launcher, four programs and two workers

    contained.first.kill()
    contained.wait_to_end()

    wait_until("all are gone", lambda: not any(member.exists() for member in members))


def test_a_killed_supervisord_leaves_nothing_behind() -> None:
    """Where it is not process 1, the kernel does not end its programs for it."""
    with namespaced(init=CLEANER) as installation:
        installation.start_and_wait()
        (supervisord,) = (
            member
            for member in installation.others()
            if member.parent == installation.first.pid and member.name != "sleep"
        )
        assert len(installation.others()) >= 7

        psutil.Process(supervisord.pid).kill()

        wait_until(
            "nothing but process 1 and its pauses",
            lambda: {member.name for member in installation.others()} <= {"sleep"},
        )
