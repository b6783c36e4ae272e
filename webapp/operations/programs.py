"""The programs that supervisord runs: seen, started and restarted over its own unix socket.

The protocol is supervisord's XML-RPC (http://supervisord.org/api.html). Where none can be reached,
as under `flask run`, `Unreachable` says so; a fault only where it is supervisord that runs us.

Log lines are read from the files that supervisord names and not through it: it cannot pass on a
piece that begins in the middle of a letter, nor the control characters that programs print.
"""

from __future__ import annotations

import os
import signal
import socket
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from supervisor.xmlrpc import SupervisorTransport, UnixStreamHTTPConnection

from webapp.operations.lines import last_lines, last_words
from webapp.settings import ROOT

PATIENCE = 3.0
"""Seconds to wait for supervisord's answer; it is a matter of milliseconds."""


class Unreachable(Exception):
    """No supervisord answers; the text is one sentence."""


class Refused(Exception):
    """supervisord would not do it; the text is one sentence."""


@dataclass(frozen=True)
class Program:
    """One program. `state` is supervisord's word in small letters: running, starting, stopping,
    stopped, exited, backoff, fatal.

    `since` is when it was started, or ended where it does not run; None where it never ran.
    `on_demand`: it runs once when it is told to. `log`: the file it prints to, if it has one.
    `stop_seconds`: how long it may take to end.
    """

    name: str
    state: str
    pid: int
    since: datetime | None
    exit_status: int
    problem: str
    log: Path | None
    on_demand: bool
    stop_seconds: int

    @property
    def may_restart(self) -> bool:
        """Whether it is up and supervisord starts it again when it ends."""
        return self.state == "running" and not self.on_demand

    @property
    def may_start(self) -> bool:
        """Whether it is down and stays down until somebody starts it."""
        return self.state in {"stopped", "exited", "fatal"}

    @property
    def is_ourselves(self) -> bool:
        """Whether we are a process of it."""
        return os.environ.get("SUPERVISOR_PROCESS_NAME") == self.name

    @property
    def complaint(self) -> str:
        """What is wrong with it and what to do, to be read after its name; empty where nothing."""
        if self.state == "backoff":
            return "ends as soon as it is started. The reason stands in its log."
        if self.state == "unknown":
            return "is in a state that supervisord does not know. Restart everything."
        if self.on_demand:
            failed = self.state == "fatal" or (self.state == "exited" and self.exit_status != 0)
            return "failed. The reason stands in its log." if failed else ""
        return f"is {self.state} and does nothing. Start it." if self.may_start else ""

    def lines(self, count: int) -> list[str]:
        """The last lines it printed, oldest first; see `lines`."""
        return last_lines(self.log, count) if self.log else []

    @property
    def last_words(self) -> str:
        """What it last said of itself; see `lines`."""
        return last_words(self.log) if self.log else ""


class Supervisor:
    """supervisord at the other end of the socket at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def programs(self) -> list[Program]:
        """All programs: those that run all the time first, then those on demand.

        Raises `Unreachable`.
        """
        with self._connected() as rpc:
            configured = {one["name"]: one for one in rpc.getAllConfigInfo()}
            found = rpc.getAllProcessInfo()
        programs = [_program(one, configured[one["name"]]) for one in found]
        priority = {name: one["process_prio"] for name, one in configured.items()}
        return sorted(programs, key=lambda one: (one.on_demand, -priority[one.name], one.name))

    def find(self, name: str) -> Program | None:
        """The program of that name; raises `Unreachable`."""
        return next((one for one in self.programs() if one.name == name), None)

    def start(self, program: Program) -> None:
        """Start a program that is down; raises `Refused` or `Unreachable`."""
        with self._connected() as rpc:
            rpc.startProcess(program.name, False)

    def restart(self, program: Program) -> None:
        """End a program that runs; supervisord starts it again by itself.

        So it never stays down, even where we are ended with it. Ours, `web`, gets the signal and no
        more: our answer is on its way while it finishes its requests. Any other is waited for, and
        killed where it does not end in its time. Raises `Refused` or `Unreachable`.
        """
        with self._connected() as rpc:
            rpc.signalProcess(program.name, "TERM")
            if program.is_ourselves or _has_ended(rpc, program, program.stop_seconds):
                return
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            if not _has_ended(rpc, program, PATIENCE):
                raise Refused(f"{program.name} (process {program.pid}) cannot even be killed.")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        transport = _Transport(self._path)
        try:
            yield xmlrpc.client.ServerProxy("http://supervisor", transport=transport).supervisor
        except xmlrpc.client.Fault as fault:
            raise Refused(f"supervisord answers {fault.faultString}.") from fault
        except TimeoutError as error:
            raise Unreachable(f"supervisord did not answer within {PATIENCE:g} seconds.") from error
        except (OSError, HTTPException, xmlrpc.client.Error, ExpatError) as error:
            raise Unreachable(
                "supervisord cannot be reached, so its programs are not shown here."
            ) from error
        finally:
            transport.close()


def supervisor() -> Supervisor:
    """The supervisord of this installation: at KEWP_SOCKET, which it tells its programs."""
    return Supervisor(Path(os.environ.get("KEWP_SOCKET") or ROOT / "run" / "supervisor.sock"))


def started_by_supervisord() -> bool:
    """Whether it is supervisord that runs us; then it is a fault if it does not answer."""
    return os.environ.get("SUPERVISOR_ENABLED") == "1"


class _Connection(UnixStreamHTTPConnection):  # type: ignore[misc]
    """supervisor's own connection, which would wait for ever."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.socketfile)


class _Transport(SupervisorTransport):  # type: ignore[misc]
    def __init__(self, path: Path) -> None:
        super().__init__(serverurl=f"unix://{path}")

        def connection() -> _Connection:
            made = _Connection("localhost")
            made.socketfile = str(path)
            return made

        self._get_connection = connection


def _program(info: dict[str, Any], configured: dict[str, Any]) -> Program:
    down = info["state"] not in {10, 20, 40}  # starting, running, stopping
    moment = info["stop"] if down else info["start"]
    logs = (Path(info[key]) for key in ("stdout_logfile", "stderr_logfile") if info[key])
    return Program(
        name=info["name"],
        state=info["statename"].lower(),
        pid=info["pid"],
        since=datetime.fromtimestamp(moment, UTC) if moment else None,
        exit_status=info["exitstatus"],
        problem=info["spawnerr"],
        # The program `logs` prints to supervisord's own output, which is no file of its own.
        log=next((log for log in logs if log.parent != Path("/dev/fd")), None),
        on_demand=not configured["autostart"],
        stop_seconds=configured["stopwaitsecs"],
    )


def _has_ended(rpc: Any, program: Program, seconds: float) -> bool:
    """Whether the process of `program` is gone, or another one runs, within that time."""
    deadline = time.monotonic() + seconds
    while rpc.getProcessInfo(program.name)["pid"] == program.pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
