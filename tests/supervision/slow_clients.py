"""Clients that take their time, against a web server of ours with a trivial application."""

from __future__ import annotations

import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.supervision.installation import PROJECT, START, free_port, wait_until

APPLICATION = '''
def application(environ, start_response):
    """As many bytes as the path says, and the length of what was sent."""
    sent = environ["wsgi.input"].read()
    start_response("200 OK", [("X-Sent", str(len(sent)))])
    return [b"x" * int(environ["PATH_INFO"].strip("/") or 1)]
'''

CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
from supervision import worker
for name, value in PATIENCE.items():
    setattr(worker, name, value)
bind = BIND
workers = 1
threads = 2
worker_class = "supervision.worker.PatientThreadWorker"
worker_connections = 40
control_socket_disable = True
limit_request_line = 1000
"""


SIMPLE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Server:
    """Where it listens, and clients for it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        """A connection; with a small buffer its owner takes what is sent in small pieces."""
        client = socket.socket()
        client.settimeout(START)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            client.connect(("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def ask(
        self, request: bytes = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    ) -> bytes:
        """The whole answer to a request that is sent at once."""
        with self.connect() as client:
            client.sendall(request)
            return everything(client)

    def answers(self) -> bool:
        """Whether it serves already."""
        try:
            return self.ask().startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def everything(client: socket.socket) -> bytes:
    """What is sent until the connection is closed, or torn down."""
    found = b""
    try:
        while piece := client.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def is_open(client: socket.socket) -> bool:
    """Whether the other side has neither answered nor closed the connection."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return not selector.select(0)


@contextmanager
def server(folder: Path, **patience: float) -> Iterator[Server]:
    """One worker with two threads; `patience` replaces constants of `supervision.worker`."""
    port = free_port()
    (folder / "trivial.py").write_text(APPLICATION)
    head = f"PATIENCE = {patience!r}\nBIND = '127.0.0.1:{port}'\n"
    (folder / "conf.py").write_text(head + CONFIGURATION)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "conf.py", "trivial:application"],
            cwd=folder,
            env=os.environ,
            stdout=log,
            stderr=log,
        )
        try:
            found = Server(port)
            wait_until("an answer", found.answers)
            yield found
        finally:
            process.terminate()
            process.wait(START)
