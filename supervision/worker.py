"""gunicorn's threaded worker, whose threads never wait for a slow client while others wait.

gunicorn reads a request in a thread and waits there for each of its bytes: eight clients that send
one byte now and then would occupy all threads of two workers, and `/health` with them. Here the
worker's loop collects a request until it is whole, many at a time, and only then a thread takes it.

- A client that is silent for `SILENCE` seconds, or not done after `WHOLE`, is given up.
- Where connections or collected bytes become too many, the oldest that has not sent a whole
  request gives way, then the one that has been idle for longest.
- An answer of usual size fits into the kernel's buffer, so its thread is free at once. Who takes
  longer than `SENDING` for a large one goes on undisturbed until others wait for a thread; then
  the slowest gives way.
- A connection is closed without waiting in the loop for the other side's goodbye.

Used by gunicorn.conf.py alone; imports gunicorn.
"""

from __future__ import annotations

import fcntl
import selectors
import socket
import struct
import termios
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.workers import gthread

from supervision import plain_errors
from supervision.arrival import Arrival, TooLong

SILENCE = 5.0
"""Seconds without a byte, in or out, after which a connection is given up."""

WHOLE = 30.0
"""Seconds for a whole request; our forms are a few kilobytes."""

SENDING = 10.0
"""Seconds for an answer that may not be cut short even if others wait."""

GOODBYE = 2.0
"""Seconds for the other side to close; with unread bytes it would lose the end of our answer."""

HELD = 32 * 1024 * 1024
"""Bytes of unfinished requests that one worker holds."""

SEND_BUFFER = 512 * 1024
"""Bytes of an answer that the kernel takes from a thread at once, if it is allowed so many."""

# gunicorn's own page would repeat what was sent and lack our headers; there is no setting for it.
util.write_error = plain_errors.answer


class PatientThreadWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """`gthread` that reads requests in its loop; see the module."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, Arrival] = {}  # the oldest first
        self._working: dict[Any, tuple[float, int]] = {}  # since when, and the bytes sent before
        self._leaving: dict[socket.socket, float] = {}  # until when

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection; where there are nearly too many, others give way."""
        room = self.worker_connections // 10
        while self.nr_conns >= self.worker_connections - room and (
            self._arriving or self.keepalived_conns
        ):
            if self._arriving:
                self._give_up(next(iter(self._arriving)))
            else:
                self.keepalived_conns[0].timeout = 0.0
                self.murder_keepalived()
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """Collect a request: all ways to a thread lead here, of new connections and old ones."""
        conn.sock.setblocking(False)
        read = conn.parser.unreader.take_buffered() if conn.initialized else b""
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read_more, conn))
        self._arriving[conn] = Arrival(time.monotonic())
        self._add(conn, read)

    def _read_more(self, conn: Any, client: socket.socket) -> None:
        try:
            data = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._add(conn, data)
        else:
            self._give_up(conn)

    def _add(self, conn: Any, data: bytes) -> None:
        arrival = self._arriving[conn]
        try:
            arrival.add(data, time.monotonic())
        except TooLong:
            self._give_up(conn, 431, "Request Header Fields Too Large")
            return
        if arrival.is_whole:
            self._hand_over(conn)
            return
        while sum(len(one.bytes) for one in self._arriving.values()) > HELD:
            self._give_up(next(iter(self._arriving)))

    def _hand_over(self, conn: Any) -> None:
        """Let a thread do what the request asks for."""
        arrival = self._arriving.pop(conn)
        self.poller.unregister(conn.sock)
        if not conn.initialized:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            # In the kernel, as gunicorn sets the socket to blocking itself.
            span = struct.pack("ll", int(SILENCE), 0)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, span)
            conn.init()
        conn.parser.unreader.unread(bytes(arrival.bytes))
        conn.data_ready = True
        conn.arrived_whole = arrival.with_body
        self._working[conn] = (time.monotonic(), _acknowledged(conn.sock))
        super().enqueue_req(conn)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Whether another request may come: never behind a body that we did not collect."""
        return bool(conn.arrived_whole and super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Take a connection back from its thread."""
        self._working.pop(conn, None)
        conn.close = partial(self._close, conn)
        super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Give up who was silent or slow for too long; gunicorn's loop calls it every second."""
        now = time.monotonic()
        silence = SILENCE if self.alive else GOODBYE
        for conn, arrival in list(self._arriving.items()):
            if now > arrival.began + WHOLE or now > arrival.last + silence:
                begun = bool(arrival.bytes)
                self._give_up(conn, *((408, "Request Timeout") if begun else ()))
        for sock, until in list(self._leaving.items()):
            if now > until:
                self._forget(sock)
        if len(self._working) > self.cfg.threads:
            self._cut_the_slowest(now)

    def _cut_the_slowest(self, now: float) -> None:
        rates = {
            conn: (_acknowledged(conn.sock) - before) / (now - since)
            for conn, (since, before) in self._working.items()
            if now > since + SENDING and _unsent(conn.sock)
        }
        if rates:
            slowest = min(rates, key=rates.__getitem__)
            self._working.pop(slowest)
            self.log.info("A client that reads slowly was cut off, as others waited.")
            with suppress(OSError):  # its thread, which waits for it, goes on with an error
                slowest.sock.shutdown(socket.SHUT_RDWR)

    def _give_up(self, conn: Any, *answer: Any) -> None:
        """Close a connection whose request has not arrived, with an answer if one is given."""
        del self._arriving[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        if answer:
            with suppress(OSError):
                plain_errors.answer(conn.sock, *answer)
        self._close(conn, graceful=bool(answer))

    def _close(self, conn: Any, graceful: bool = False) -> None:
        sock = conn.sock
        try:
            if not graceful:
                raise OSError
            sock.shutdown(socket.SHUT_WR)
            sock.setblocking(False)
            self.poller.register(sock, selectors.EVENT_READ, self._discard)
            self._leaving[sock] = time.monotonic() + GOODBYE
        except (OSError, ValueError, KeyError):
            util.close(sock)

    def _discard(self, sock: socket.socket) -> None:
        try:
            if sock.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass  # gone as well
        self._forget(sock)

    def _forget(self, sock: socket.socket) -> None:
        del self._leaving[sock]
        self.poller.unregister(sock)
        util.close(sock)


def _unsent(sock: socket.socket) -> int:
    """Bytes that were sent and not acknowledged (SIOCOUTQ, tcp(7)); 0 where the socket is gone."""
    try:
        (found,) = struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))
    except (OSError, ValueError):
        return 0
    return int(found)


def _acknowledged(sock: socket.socket) -> int:
    """Bytes that the other side has received: `tcpi_bytes_acked` of Linux 4.1 and later."""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
    except (OSError, ValueError):
        return 0
    return int(struct.unpack_from("Q", info, 120)[0]) if len(info) >= 128 else 0
