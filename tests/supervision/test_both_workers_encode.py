"""The encoder is warmed in gunicorn's master, and every worker can use it after the fork."""

import re

import psutil
import pytest

from supervision.memory import MB
from tests.supervision.installation import Installation, wait_until


@pytest.mark.parametrize("worker_class", ["gthread", "sync"])
def test_both_workers_encode_after_the_master_did(
    installation: Installation, worker_class: str
) -> None:
    """With several computing threads a sync worker, encoding in its main thread, would hang."""
    (installation.root / "use-encoder").touch()
    installation.environment["GUNICORN_WORKER_CLASS"] = worker_class
    installation.environment["OMP_NUM_THREADS"] = "2"  # an operator's shell may say so
    installation.start()
    wait_until("the encoder is loaded", installation.answers, 80)

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
    workers = {child.pid for child in psutil.Process(installation.pid("web")).children()}
    assert len(workers) == 2
    encoded: set[int] = set()

    def encode() -> bool:
        pid, dimensions = installation.get("/?encode=apoptosis", seconds=20).split()
        assert dimensions == "384"
        encoded.add(int(pid))
        return encoded == workers

    wait_until("both workers encoded", encode, 40)
    assert installation.stop() == 0


def test_pages_are_served_although_the_encoder_fails(installation: Installation) -> None:
    (installation.root / "fail-warm-up").touch()

    installation.start_and_wait()

    assert installation.get().isdigit()
    wait_until(
        "the reason",
        lambda: "the stand-in encoder was told to fail" in installation.output(),
    )
