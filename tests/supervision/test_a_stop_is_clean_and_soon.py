"""SIGTERM and Ctrl-C end everything, soon, with exit code 0 and with nothing left behind."""

import signal
import threading
import time

import pytest

from tests.supervision.installation import START, Installation, wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_installation_stops_within_seconds(
    installation: Installation, number: signal.Signals
) -> None:
    installation.start_and_wait()

    before = time.monotonic()
    code = installation.stop(number)

    assert code == 0
    # 3 to 4 on an idle machine; who waits in vain for a worker waits for twenty.
    assert time.monotonic() - before < 20
    assert "SIGKILL" not in installation.output(), "all heard that they should end"
    assert installation.processes() == []
    assert not (installation.root / "run" / "supervisor.sock").exists()
    # The last lines of web are shown although it stops after backup.
    assert "Shutting down: Master" in installation.output()


def test_a_stop_finishes_the_request_in_flight(installation: Installation) -> None:
    installation.start_and_wait()
    answers: list[str] = []
    request = threading.Thread(target=lambda: answers.append(installation.get("/?seconds=4")))
    request.start()
    wait_until("the request arrives", (installation.root / "slow-requests").exists)

    code = installation.stop()
    request.join(START)

    assert code == 0
    assert len(answers) == 1
    assert answers[0].isdigit()


def test_a_stop_ends_the_preparing_too(installation: Installation) -> None:
    (installation.root / "slow-prepare").touch()
    installation.start()
    wait_until("preparing begins", (installation.root / "preparing").exists)

    code = installation.stop(seconds=30)  # preparing goes on for twice as long

    assert code == 0
    assert installation.processes() == []
    assert "supervisord started" not in installation.output()


def test_a_stop_while_the_encoder_loads_is_at_once(installation: Installation) -> None:
    """There is no request to finish yet, and workers that are only just forked miss a signal."""
    (installation.root / "slow-warm-up").touch()
    installation.start()
    wait_until("the encoder is being loaded", (installation.root / "warming-up").exists)

    code = installation.stop()

    assert code == 0
    assert installation.processes() == []
    assert "Booting worker" not in installation.output()
    assert "SIGKILL" not in installation.output()
