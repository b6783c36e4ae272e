"""gunicorn's threaded worker, with an end to waiting for a silent client.

gunicorn reads a request in a thread of the worker and waits for its bytes without limit: eight
clients that send half a header would occupy all threads of two workers for as long as they like,
and `/health` with them. Here a thread gives up a connection that is silent for `SILENCE` seconds.
Used by gunicorn.conf.py alone; imports gunicorn.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SILENCE = 5
"""Seconds without a byte, in or out, after which a connection is given up."""


class PatientThreadWorker(ThreadWorker):  # type: ignore[misc]
    """`gthread` whose sockets time out in the kernel, as gunicorn sets them to blocking itself."""

    def enqueue_req(self, conn: Any) -> None:
        """Bound the waiting of a new connection before a thread takes it."""
        span = struct.pack("ll", SILENCE, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, span)
        super().enqueue_req(conn)
