"""The encoder is warmed in gunicorn's master, and every worker can use it after the fork."""

import re

from supervision.memory import MB
from tests.supervision.installation import Installation, wait_until


def test_both_sync_workers_encode_after_the_master_did(installation: Installation) -> None:
    """With several computing threads a sync worker, encoding in its main thread, would hang.

    That workers with threads encode is tested with the real programs.
    """
    (installation.root / "use-encoder").touch()
    installation.environment["GUNICORN_WORKER_CLASS"] = "sync"
    installation.environment["OMP_NUM_THREADS"] = "2"  # an operator's shell may say so
    installation.start()
    wait_until("the encoder is loaded", installation.answers)

    line = wait_until(
        "the line about memory",
        lambda: re.search(
            r"Memory: master and 2 workers take (\d+) MB .* up to (\d+) MB", installation.output()
        ),
    )
    # Shared, not copied: a worker's own model would be 90 MB.
    assert line is not None
    assert int(line[1]) * MB < 900 * MB
    assert int(line[2]) < 60

    # The first worker answers before the second is forked; the line above comes after both.
    workers = {one.pid for one in installation.workers()}
    assert len(workers) == 2
    encoded: set[int] = set()

    def encode() -> bool:
        pid, dimensions = installation.get("/?encode=apoptosis").split()
        assert dimensions == "384"
        encoded.add(int(pid))
        return encoded == workers

    wait_until("both workers encoded", encode)
    assert installation.stop() == 0


def test_pages_are_served_although_the_encoder_fails(installation: Installation) -> None:
    (installation.root / "fail-warm-up").touch()

    installation.start_and_wait()

    assert installation.get().isdigit()
    wait_until(
        "the reason",
        lambda: "the stand-in encoder was told to fail" in installation.output(),
    )
