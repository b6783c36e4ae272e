"""A whole installation in a temporary folder, with stand-ins for the programs it supervises."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.supervision.supervisor_socket import programs

T = TypeVar("T")

PROJECT = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).parent / "stand_in"
SUPERVISORCTL = Path(sys.executable).with_name("supervisorctl")

START = 120.0
"""Seconds after which what does not come true fails a test; far more than a busy machine needs."""

PROGRAMS = ("web", "backup", "logs", "watchdog")
"""What always runs."""

_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that nobody else is given meanwhile.

    A socket that is bound to it and does not listen keeps it: the kernel offers it to nobody, while
    servers, which set SO_REUSEADDR, can have it.
    """
    keeper = socket.socket()
    keeper.bind(("127.0.0.1", 0))
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _reserved.append(keeper)
    return int(keeper.getsockname()[1])


def wait_until(what: str, condition: Callable[[], T], seconds: float = START) -> T:
    """The first true answer of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:g} s: {what}")
        time.sleep(0.05)


class Installation:
    """The project's supervision in a folder of its own, on a port of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
        }
        self.command = [sys.executable, "-m", "supervision"]
        self.process: subprocess.Popen[bytes] | None = None
        self.output_file = root / "terminal.txt"
        root.mkdir(parents=True, exist_ok=True)
        shutil.copytree(STAND_IN / "webapp", root / "webapp")
        shutil.copytree(STAND_IN / "backup", root / "backup")
        (root / "supervision").symlink_to(PROJECT / "supervision")
        shutil.copy(PROJECT / "gunicorn.conf.py", root)
        shutil.copy(PROJECT / "supervisord.conf", root)
        # The stand-ins load nothing, so a failed start shows sooner.
        self.configure("startsecs=12", "startsecs=1")
        self.configure("startsecs=3", "startsecs=1")
        self.configure("startretries=3", "startretries=1")

    def configure(self, old: str, new: str) -> None:
        """Change this copy of supervisord.conf."""
        file = self.root / "supervisord.conf"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def take_any_end_for_a_failed_start(self) -> None:
        """Web and backup must run for a minute to be RUNNING.

        For programs that are to fail: on a busy machine they may live for longer than a second,
        and what fails after it was RUNNING is started again for ever.
        """
        self.configure("startsecs=1\n", "startsecs=60\n")

    def start(self, **streams: int) -> subprocess.Popen[bytes]:
        """Start the launcher; its output goes into `output_file` unless `streams` say else."""
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                **{"stdout": output, "stderr": output, **streams},  # type: ignore[call-overload] # the keys are Popen's
            )
        return self.process

    def start_and_wait(self) -> None:
        """Start, and wait until it runs."""
        self.start()
        try:
            self.wait_until_it_runs()
        except AssertionError as error:
            error.add_note(self.output()[-3000:])
            raise

    def wait_until_it_runs(self) -> None:
        """Wait until all programs are RUNNING, both workers are there and pages are answered.

        The first worker answers before the second one is forked.
        """
        self.wait_for_states(dict.fromkeys(PROGRAMS, "RUNNING"))
        wait_until("two workers", lambda: len(self.workers()) == 2)
        wait_until("an answer", self.answers)

    def wait_to_end(self, seconds: float = START) -> int:
        """The launcher's exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = START) -> int:
        """Send a signal to the launcher; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End whatever a failed test may have left, by process id."""
        if self.process is None:
            return
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # one that was killed may have taken it along
                process.kill()
        self.process.wait(START)

    def output(self) -> str:
        """What the launcher's terminal shows."""
        return self.output_file.read_text(errors="replace")

    def control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run supervisorctl as an operator does: in the folder, without further arguments."""
        return subprocess.run(
            [SUPERVISORCTL, *arguments],
            cwd=self.root,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=START,
            check=False,
        )

    def states(self) -> dict[str, str]:
        """The state of each program, as supervisord tells it; empty while it does not answer."""
        return {name: str(told["statename"]) for name, told in self._programs().items()}

    def _programs(self) -> dict[str, dict[str, Any]]:
        return programs(self.root / "run" / "supervisor.sock", START)

    def wait_for_states(self, more: Mapping[str, str] | None = None, **wanted: str) -> None:
        """Wait until each program is in the state that `wanted` (or `more`) says."""
        wanted.update(more or {})
        wait_until(
            f"{wanted} in {self.root}",
            lambda: wanted.items() <= self.states().items(),
        )

    def pid(self, program: str) -> int:
        """The process id of a program as supervisord tells it; 0 where there is none."""
        return int(self._programs().get(program, {"pid": 0})["pid"])

    def get(self, path: str = "/", seconds: float = START) -> str:
        """The body of the answer of the web server."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def answers(self) -> str:
        """The answer of the web server, or nothing while it does not answer."""
        try:
            return self.get()
        except (OSError, http.client.HTTPException):
            return ""

    def workers(self) -> list[psutil.Process]:
        """The living workers of gunicorn, the oldest first; none while it does not run."""
        found = []
        for process in self.processes():
            # One may end, or be forked and not yet started as what it will be, while we look.
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                parent = process.parent()
                if parent and "gunicorn" in process.cmdline() and "gunicorn" in parent.cmdline():
                    found.append((process.create_time(), process.pid, process))
        return [process for *_, process in sorted(found, key=lambda one: one[:2])]

    def processes(self) -> list[psutil.Process]:
        """All living processes that work in this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(self.root):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found


@contextmanager
def installed(root: Path | None = None) -> Iterator[Installation]:
    """An installation that leaves nothing behind; without `root` in a short folder of /tmp."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        installation = Installation(root or Path(folder))
        try:
            yield installation
        finally:
            installation.kill()
