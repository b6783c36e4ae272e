"""Whatever is killed comes back by itself; and nothing outlives a killed supervisord."""

import os
import signal

from tests.supervision.installation import Installation, free_port, wait_until


def test_a_killed_worker_is_replaced(running: Installation) -> None:
    victim = int(running.get())

    os.kill(victim, signal.SIGKILL)

    def two_others() -> set[int] | None:
        workers = {one.pid for one in running.workers()}
        return workers if len(workers) == 2 and victim not in workers else None

    workers = wait_until("another worker", two_others)
    assert workers is not None
    assert int(wait_until("an answer", running.answers)) in workers


def test_a_killed_gunicorn_master_is_replaced(running: Installation) -> None:
    master = running.pid("web")
    workers = {one.pid for one in running.workers()}

    os.kill(master, signal.SIGKILL)

    wait_until("a new master", lambda: running.pid("web") not in {0, master})
    running.wait_for_states(web="RUNNING")
    wait_until("an answer of a new worker", lambda: int(running.answers() or master) not in workers)
    wait_until(
        "the old workers are gone",
        lambda: not workers & {process.pid for process in running.processes()},
    )


def test_a_killed_scheduler_is_replaced(running: Installation) -> None:
    scheduler = running.pid("backup")

    os.kill(scheduler, signal.SIGKILL)

    wait_until("a new scheduler", lambda: running.pid("backup") not in {0, scheduler})
    running.wait_for_states(backup="RUNNING")


def test_a_killed_watchdog_still_sees_the_next_failure(installation: Installation) -> None:
    installation.take_any_end_for_a_failed_start()
    installation.start()
    installation.wait_for_states(watchdog="RUNNING", backup="STARTING")
    watchdog = installation.pid("watchdog")

    os.kill(watchdog, signal.SIGKILL)
    wait_until("a new watchdog", lambda: installation.pid("watchdog") not in {0, watchdog})
    (installation.root / "fail-backup").touch()
    os.kill(installation.pid("backup"), signal.SIGKILL)

    assert installation.wait_to_end() == 1


def test_nothing_outlives_a_killed_supervisord(installation: Installation) -> None:
    installation.start_and_wait()
    assert installation.process is not None

    os.kill(installation.process.pid, signal.SIGKILL)
    installation.wait_to_end()
    wait_until("no process left", lambda: installation.processes() == [])

    installation.start_and_wait()  # port, lock and socket are free again
    assert installation.get().isdigit()


def test_two_installations_run_side_by_side(
    running: Installation, installation: Installation
) -> None:
    installation.port = free_port()
    installation.environment["PORT"] = str(installation.port)
    installation.start_and_wait()

    assert installation.pid("web") != running.pid("web")
    assert installation.get() != running.get()
