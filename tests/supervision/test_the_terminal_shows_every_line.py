"""Everything the programs print reaches the terminal, none lost and none twice."""

import os
import re
import signal
import socket
import subprocess
import threading
from collections import Counter

import pytest

from tests.supervision.installation import START, Installation, wait_until


def numbered(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^web \| numbered line (\d+)$", text, re.M)]


def test_20000_lines_through_several_rotations(installation: Installation) -> None:
    # 20,000 lines are 400 kB: several files, of which supervisord keeps all here.
    installation.configure("stdout_logfile_maxbytes=10MB", "stdout_logfile_maxbytes=50KB")
    installation.configure("stdout_logfile_backups=5", "stdout_logfile_backups=20")
    installation.start_and_wait()

    installation.get("/?lines=20000&seen-by=test")

    wait_until("the request's own line", lambda: "seen-by=test" in installation.output())
    assert numbered(installation.output()) == list(range(20_000))
    # How many there are depends on how much supervisord reads at once (up to 128 kB); while one is
    # under way its number is free for a moment.
    wait_until("two rotations", (installation.root / "logs" / "web.log.2").exists)


def test_a_killed_follower_goes_on_where_it_was(installation: Installation) -> None:
    installation.start_and_wait()
    installation.get("/?lines=100&before")
    wait_until("the first lines", lambda: "lines=100&before" in installation.output())

    os.kill(installation.pid("logs"), signal.SIGKILL)
    installation.get("/?lines=100&after")
    wait_until("the other lines", lambda: "lines=100&after" in installation.output())

    assert numbered(installation.output()) == [*range(100), *range(100)]


def test_the_next_start_shows_nothing_again(installation: Installation) -> None:
    installation.start_and_wait()
    installation.get("/?lines=10")
    assert installation.stop() == 0
    before = installation.output()

    installation.start_and_wait()
    installation.get("/?lines=1&again")
    wait_until("the new line", lambda: "lines=1&again" in installation.output())

    assert numbered(before) == list(range(10))
    assert numbered(installation.output()[len(before) :]) == [0]


def test_a_file_keeps_the_lines_of_all_writers(installation: Installation) -> None:
    """Supervisord and the follower write into it by two descriptors."""
    with (installation.root / "file.txt").open("wb") as file:  # as the shell's `>` does
        installation.start(stdout=file.fileno(), stderr=file.fileno())
    installation.wait_until_it_runs()
    installation.get("/?lines=500")

    assert installation.stop() == 0

    text = (installation.root / "file.txt").read_text()
    assert numbered(text) == list(range(500))
    logged = (installation.root / "logs" / "supervisord.log").read_text().splitlines()
    counted = Counter(text.splitlines())
    assert [line for line in logged if counted[line] != 1] == []


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_pipe_or_socket_gets_everything(installation: Installation, kind: str) -> None:
    if kind == "pipe":
        reader, writer = os.pipe()
    else:
        ours, theirs = socket.socketpair()
        reader, writer = ours.detach(), theirs.detach()
    installation.start(stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    received: list[bytes] = []

    def receive() -> None:
        while data := os.read(reader, 65_536):
            received.append(data)

    thread = threading.Thread(target=receive)
    thread.start()
    installation.wait_until_it_runs()
    installation.get("/?lines=5000")

    assert installation.stop() == 0
    thread.join(START)
    os.close(reader)

    text = b"".join(received).decode()
    assert numbered(text) == list(range(5000))
    assert "stopped: web (exit status 0)" in text


def test_a_reader_that_goes_away_stops_nothing(installation: Installation) -> None:
    reader, writer = os.pipe()
    installation.start(stdout=writer)
    os.close(writer)
    installation.wait_until_it_runs()

    os.close(reader)
    for _ in range(3):
        installation.get("/?lines=5000")  # far more than any buffer on the way holds

    assert installation.states()["logs"] == "RUNNING"
    assert installation.stop() == 0
    assert "Traceback" not in installation.output()  # standard error
