"""gunicorn.conf.py gives gunicorn the values the operators were promised; each can be changed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.supervision.installation import PROJECT, START

PROGRAM = """
import json, runpy, sys
values = runpy.run_path("gunicorn.conf.py")
from gunicorn.config import KNOWN_SETTINGS
known = {setting.name for setting in KNOWN_SETTINGS}
json.dump({name: values[name] for name in values if name in known and not callable(values[name])},
          sys.stdout)
"""

TOLD_TO_STOP_AT_BIRTH = """
import os, runpy, signal, types
values = runpy.run_path("gunicorn.conf.py")
swallowed = []
signal.signal(signal.SIGTERM, lambda number, frame: swallowed.append(number))  # as the master's
if os.fork() == 0:
    values["post_fork"](None, types.SimpleNamespace(ppid=os.getppid()))
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_wrong_value_at_a_restart_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "webapp:create_app()"],
        cwd=PROJECT,
        env={**os.environ, "GUNICORN_TIMEOUT": "soon"},
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "GUNICORN_TIMEOUT is 'soon' and cannot be used: give a whole number from 1 to 3600.\n"
    )


PROMISED: dict[str, Any] = {
    "bind": "0.0.0.0:5000",
    "workers": 2,
    "worker_class": "supervision.worker.PatientThreadWorker",
    "threads": 4,
    "preload_app": True,
    "timeout": 120,
    "keepalive": 5,
    "graceful_timeout": 20,
    "max_requests": 500,
    "max_requests_jitter": 50,
    "limit_request_line": 4094,
    "limit_request_fields": 60,
    "limit_request_field_size": 8190,
    "worker_connections": 500,
    "forwarded_allow_ips": "",
    "loglevel": "info",
    "accesslog": "-",
    "errorlog": "-",
    "control_socket_disable": True,
    "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,
    "raw_env": [
        "OMP_NUM_THREADS=1",
        "MKL_NUM_THREADS=1",
        "OPENBLAS_NUM_THREADS=1",
        "TOKENIZERS_PARALLELISM=false",
    ],
    "logger_class": "supervision.web_log.WebLogger",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder without .env, with our configuration in it."""
    (tmp_path / "supervision").symlink_to(PROJECT / "supervision")
    (tmp_path / "gunicorn.conf.py").write_bytes((PROJECT / "gunicorn.conf.py").read_bytes())
    return tmp_path


def run(program: str, folder: Path, **environment: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder), **environment},
        capture_output=True,
        check=True,
        timeout=START,
    ).stdout


def values(folder: Path, **environment: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(PROGRAM, folder, **environment))
    return found


def test_the_values_are_the_promised_ones(folder: Path) -> None:
    found = values(folder)
    counters = f"PROMETHEUS_MULTIPROC_DIR={folder}/run/metrics"
    assert found == PROMISED | {"raw_env": [*PROMISED["raw_env"], counters]}


def test_every_value_can_be_overridden(folder: Path) -> None:
    found = values(
        folder,
        HOST="::1",
        PORT="5111",
        WEB_CONCURRENCY="3",
        GUNICORN_WORKER_CLASS="sync",
        GUNICORN_THREADS="8",
        GUNICORN_PRELOAD_APP="no",
        GUNICORN_TIMEOUT="60",
        GUNICORN_KEEPALIVE="2",
        GUNICORN_GRACEFUL_TIMEOUT="10",
        GUNICORN_MAX_REQUESTS="0",
        GUNICORN_MAX_REQUESTS_JITTER="0",
        GUNICORN_LIMIT_REQUEST_LINE="2000",
        GUNICORN_LIMIT_REQUEST_FIELDS="50",
        GUNICORN_LIMIT_REQUEST_FIELD_SIZE="2000",
        GUNICORN_WORKER_CONNECTIONS="100",
        GUNICORN_LOGLEVEL="debug",
        GUNICORN_ACCESSLOG="access.log",
        GUNICORN_ERRORLOG="error.log",
        GUNICORN_CONTROL_SOCKET_DISABLE="no",
        GUNICORN_WORKER_TMP_DIR="/tmp",
        GUNICORN_LOGGER_CLASS="gunicorn.glogging.Logger",
    )

    assert found["bind"] == "[::1]:5111"
    default = values(folder)
    unchanged = {name for name in PROMISED if found[name] == default[name]}
    # Several threads and a fork would hang; whom to believe is said in one place, TRUSTED_PROXIES.
    assert unchanged == {"raw_env", "forwarded_allow_ips"}


def test_a_stop_of_gunicorn_fits_into_supervisors_patience(folder: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        values(folder, GUNICORN_GRACEFUL_TIMEOUT="25")

    assert b"GUNICORN_GRACEFUL_TIMEOUT is '25' and cannot be used" in refused.value.stderr
    assert "stopwaitsecs=25\n" in (PROJECT / "supervisord.conf").read_text()


def test_a_worker_hears_the_signal_to_stop_from_its_first_moment(folder: Path) -> None:
    assert int(run(TOLD_TO_STOP_AT_BIRTH, folder)) == -signal.SIGTERM
