"""`python -m supervision`: prepares the installation, then becomes supervisord.

PID 1 of the container and the foreground process of `make run`. Whatever stands in the way ends it
with one sentence and exit code 1 before anything is started; a program that cannot start ends it
with exit code 1 afterwards (see `watchdog`). SIGTERM and Ctrl-C end it with 0.
"""

from __future__ import annotations

import errno
import fcntl
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from supervision import control_socket, follow, logs, parents, watchdog
from supervision.errors import StartError
from supervision.folders import make_writable
from supervision.follow import SUPERVISORD
from supervision.output import Output
from supervision.settings import Settings

NAME = "supervision"
"""What our own lines are named after where each names its program."""

PORT_PATIENCE = 3.0
"""Seconds to wait for the port: programs of a supervisord that was killed need some to stop."""


def main() -> int:
    """Start everything in the current folder; returns the exit code."""
    stop = _StopSignals()
    try:
        return launch(Path.cwd(), stop)
    except StartError as error:
        _say(str(error))
    except OSError as error:
        _say(f"Nothing could be started: {error}.")
    return 1


def _say(sentence: str) -> None:
    text = logs.shown(NAME, sentence.encode()).decode() if logs.as_json() else sentence
    print(text, file=sys.stderr, flush=True)


def launch(root: Path, stop: _StopSignals) -> int:
    """Prepare the installation in `root` and run supervisord there until it is stopped.

    Raises `StartError` where something stands in the way.
    """
    configuration = root / "supervisord.conf"
    if not configuration.is_file():
        raise StartError(
            f"There is no supervisord.conf in {root}: run this in the folder of the installation."
        )
    run = root / "run"
    make_writable("run", run, root, files="*")
    _hold(run / "lock")
    settings = Settings(root)
    os.environ[logs.FORMAT] = settings.one_of(logs.FORMAT, "text", ("text", "json"))
    make_writable("log", settings.log_dir, root, files="*.log")
    make_writable("data", settings.data_dir, root)
    make_writable("backup", settings.backup_dir, root)
    shutil.rmtree(run / "metrics", ignore_errors=True)  # a power cut may have torn a counter
    runpy.run_path(str(root / "gunicorn.conf.py"))  # a wrong value is found here, not in a loop
    _check_address(settings.host, settings.port)

    if not stop.run([sys.executable, "-m", "webapp", "prepare"]):
        return 0

    os.environ["KEWP_PYTHON"] = sys.executable
    os.environ["KEWP_SOCKET"] = str(control_socket.choose(run))
    os.environ["LOG_DIR"] = str(settings.log_dir)
    watchdog.MARK.unlink(missing_ok=True)
    follow.skip_what_is_old(settings.log_dir)
    output = Output()
    parents.end_children_with_me()

    from supervisor import supervisord  # slow to import, so only once everything is in order

    try:
        supervisord.main([*_supervisord_options(), "--configuration", str(configuration)])
        if logs.as_json():
            follow.print_rest([SUPERVISORD])  # it went on after the program `logs` had stopped
    finally:
        output.close()
    reason = watchdog.failure()
    if reason is not None:
        _say(reason)
        return 1
    return 0


def _supervisord_options() -> list[str]:
    # Its own lines are no JSON; with it they reach the terminal through the program `logs`.
    return ["--nodaemon", *(["--silent"] if logs.as_json() else [])]


def _hold(lock: Path) -> None:
    """Take the lock of this installation for as long as this process lives."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        raise StartError(
            f"KE-WP Mapping already runs in this folder (process {holder}): stop it with Ctrl-C "
            f"there or with: kill {holder}"
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())


def _check_address(host: str, port: int) -> None:
    """See that `host`:`port` can be listened on; a port just left by others is waited for."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise StartError(
            f"HOST is {host!r} and cannot be used: give an address of this machine, such as "
            "0.0.0.0 or 127.0.0.1."
        ) from None
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(address)
                return
            except OSError as error:
                failed = error
        if failed.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    if failed.errno == errno.EADDRINUSE:
        raise StartError(
            f"PORT {port} is already in use by another program: stop that one, or put another "
            "PORT into .env."
        )
    raise StartError(
        f"HOST {host} with PORT {port} cannot be listened on: {failed.strerror}; set others in "
        ".env."
    )


class _StopSignals:
    """SIGTERM and Ctrl-C until supervisord handles them; PID 1 ignores what it does not handle."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def run(self, command: list[str]) -> bool:
        """Run `command` to its end; False where we were told to stop meanwhile.

        A failure raises `SystemExit`: the command has printed its own sentence.
        """
        # A group of its own: Ctrl-C reaches it through us, once, and as SIGTERM.
        out, err = (subprocess.PIPE, subprocess.STDOUT) if logs.as_json() else (None, None)
        self._process = subprocess.Popen(command, process_group=0, stdout=out, stderr=err)
        for line in self._process.stdout or ():
            if text := line.strip():
                print(logs.shown(command[-1], text).decode(), flush=True)
        code = self._process.wait()
        self._process = None
        if self._stopped:
            return False
        if code < 0:
            name = signal.Signals(-code).name
            raise StartError(f"Preparing was ended by {name}, so nothing was started.")
        if code > 0:
            raise SystemExit(1)
        return True

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._process is None:
            raise SystemExit(0)
        self._stopped = True
        self._process.terminate()
