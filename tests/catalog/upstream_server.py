"""A loopback server that serves given files, well or badly, and remembers what it was asked."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Served:
    """One path: its bytes and how the server misbehaves with them.

    `trouble` holds one word for each request to come: `hang` (no answer), `stall` (half, then
    silence), `cut` (half, then the connection ends), `503`; later requests are answered well.
    """

    content: bytes
    trouble: list[str] = field(default_factory=list)
    etag: bool = True
    ranges: bool = True
    digest: str = ""
    """`right` or `wrong`: what `Repr-Digest` says of the content."""
    location: str = ""
    length: int | None = None
    """What `Content-Length` claims instead of the truth."""

    @property
    def version(self) -> str:
        return f'"{hashlib.md5(self.content).hexdigest()}"'


@dataclass
class Upstream:
    """The server's address, what it serves by path, and the requests it got."""

    address: str
    files: dict[str, Served]
    requests: list[tuple[str, dict[str, str]]]
    release: threading.Event
    """Set it to let every hanging answer end."""


@contextmanager
def serving(files: dict[str, Served]) -> Iterator[Upstream]:
    """Serve the files on a free port until the block ends."""
    release = threading.Event()
    requests: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            requests.append((self.path, dict(self.headers.items())))
            served = files.get(self.path)
            if served is None:
                self.send_error(404, "Not Found")
                return
            trouble = served.trouble.pop(0) if served.trouble else ""
            if trouble == "hang":
                release.wait(30)
                self.close_connection = True
                return
            if trouble.isdigit():
                self.send_error(int(trouble), "Service Unavailable")
                return
            if served.location:
                self.send_response(302)
                self.send_header("Location", served.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._answer(served, trouble)

        def _answer(self, served: Served, trouble: str) -> None:
            if served.etag and self.headers.get("If-None-Match") == served.version:
                self.send_response(304)
                self.end_headers()
                return
            start = 0
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            fresh = self.headers.get("If-Range") == served.version
            if found is not None and served.ranges and fresh:
                start = int(found[1])
            content = served.content[start:]
            self.send_response(206 if start else 200)
            if start:
                last = len(served.content) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{len(served.content)}")
            length = len(content) if served.length is None else served.length
            self.send_header("Content-Length", str(length))
            self.send_header("Last-Modified", "Thu, 05 Mar 2026 04:05:06 GMT")
            if served.etag:
                self.send_header("ETag", served.version)
            if served.digest:
                body = served.content if served.digest == "right" else b"something else"
                encoded = base64.b64encode(hashlib.sha256(body).digest()).decode()
                self.send_header("Repr-Digest", f"sha-256=:{encoded}:")
            self.end_headers()
            half = len(content) // 2 if trouble else len(content)
            self.wfile.write(content[:half])
            self.wfile.flush()
            if trouble == "stall":
                release.wait(30)
            if trouble or served.length is not None:
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Upstream(f"http://127.0.0.1:{server.server_port}", files, requests, release)
    finally:
        release.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
