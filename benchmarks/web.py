"""The real web server alone, over a prepared installation in a temporary folder."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation

START = 120.0
STOP = 40.0


def is_healthy(installation: RealInstallation) -> bool:
    """Whether `/health` says that the site can serve."""
    connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def serving(installation: RealInstallation) -> Iterator[psutil.Process]:
    """gunicorn as the program `web` starts it; gives the process of its master."""
    with (installation.root / "web.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "webapp:create_app()"],
            cwd=installation.root,
            env=installation.environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until("a healthy answer", lambda: is_healthy(installation), START)
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(STOP)
