"""Installations in a PID namespace, where the launcher can be process 1 as in a container."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.missing import missing
from tests.supervision.installation import START, Installation, wait_until

PID_NAMESPACE = ("--pid", "--fork", "--kill-child", "--mount-proc")
AS_USER = ("unshare", "--user", "--map-root-user", *PID_NAMESPACE)
"""For anybody; root inside is, outside, whoever runs the tests."""


class Member(NamedTuple):
    """A process of a namespace, by its numbers outside."""

    pid: int
    parent: int
    name: str

    def exists(self) -> bool:
        """Whether it is there, if only as a zombie."""
        return psutil.pid_exists(self.pid)


class Namespaced(Installation):
    """An installation whose launcher is process 1, or the child of a process 1 called `init`.

    Its output goes through a pipe, as it does where an engine reads it.
    """

    def __init__(
        self, root: Path, unshare: Sequence[str] = AS_USER, init: Sequence[str] = ()
    ) -> None:
        probe = subprocess.run([*unshare, "true"], capture_output=True, text=True, timeout=START)
        if probe.returncode != 0:
            missing(f"process 1 is not tested: this machine allows no namespaces: {probe.stderr}")
        super().__init__(root)
        self.command = [*unshare, *init, *self.command]
        self._engine: threading.Thread | None = None

    def start(self, **streams: int) -> subprocess.Popen[bytes]:
        """Start the namespace; `output_file` gets what its pipe delivers."""
        reader, writer = os.pipe()
        process = super().start(**{"stdout": writer, "stderr": writer, **streams})
        os.close(writer)

        def read() -> None:
            with self.output_file.open("ab", buffering=0) as file:
                while data := os.read(reader, 65_536):
                    file.write(data)
            os.close(reader)

        self._engine = threading.Thread(target=read)
        self._engine.start()
        return process

    @property
    def first(self) -> psutil.Process:
        """Process 1 of the namespace."""
        assert self.process is not None
        unshare = psutil.Process(self.process.pid)
        return wait_until("process 1", unshare.children)[0]

    def others(self) -> list[Member]:
        """All other processes of the namespace: whoever loses its parent becomes 1's child."""
        members = []
        for process in self.first.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                members.append(Member(process.pid, process.ppid(), process.name()))
        return members

    def members(self) -> list[Member]:
        """All processes of the namespace."""
        first = self.first
        return [Member(first.pid, first.ppid(), first.name()), *self.others()]

    def wait_to_end(self, seconds: float = START) -> int:
        """The exit code of the namespace, which is that of its process 1."""
        code = super().wait_to_end(seconds)
        assert self._engine is not None
        self._engine.join(START)
        return code

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = START) -> int:
        """Send a signal to process 1; returns its exit code."""
        self.first.send_signal(number)
        return self.wait_to_end(seconds)


@contextmanager
def namespaced(unshare: Sequence[str] = AS_USER, init: Sequence[str] = ()) -> Iterator[Namespaced]:
    """An installation in a namespace, of which nothing is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        installation = Namespaced(Path(folder), unshare, init)
        try:
            yield installation
        finally:
            installation.kill()
