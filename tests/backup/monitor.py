"""A monitor on this machine that speaks the protocol of Healthchecks, well or badly."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

SECRET = "3f1c0d2e-5a77-4d1b-9d38-5f0c6f2b9a10"
"""The part of the address that nobody else may see."""


class Monitor:
    """What it was told: `heard` has the last word of the path and the body of each ping."""

    def __init__(self, *, status: int = 200, hang: bool = False) -> None:
        self.heard: list[tuple[str, str]] = []
        self.begun = 0
        self._released = threading.Event()
        monitor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                monitor.begun += 1
                if hang:
                    monitor._released.wait(60)
                    return
                monitor.heard.append((self.path.rsplit("/", 1)[1], body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ping/{SECRET}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def events(self) -> list[str]:
        """What it was told, without the words."""
        return ["success" if word == SECRET else word for word, _ in self.heard]

    def __enter__(self) -> Monitor:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
