"""What supervisord says of its programs, asked on its socket.

The tests ask it many times a second; starting `supervisorctl` for that would keep a processor busy.
"""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any, cast


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of to a host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def programs(path: Path, seconds: float) -> dict[str, dict[str, Any]]:
    """What `supervisor.getAllProcessInfo` answers, by program; empty while nobody answers."""
    connection = _UnixConnection(path, seconds)
    try:
        connection.request(
            "POST",
            "/RPC2",
            xmlrpc.client.dumps((), "supervisor.getAllProcessInfo"),
            {"Content-Type": "text/xml"},
        )
        (found,), _ = xmlrpc.client.loads(connection.getresponse().read().decode())
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return {}
    finally:
        connection.close()
    return {one["name"]: one for one in cast("list[dict[str, Any]]", found)}
