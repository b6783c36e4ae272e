"""A server on this machine that answers as the documentation of the OSV database says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Known = dict[tuple[str, str, str], list[str]]
"""Ids of advisories by ecosystem, name and version."""


@contextmanager
def database(known: Known, advisories: dict[str, dict[str, Any]], page: int = 1) -> Iterator[str]:
    """Its address; a page of an answer holds `page` ids of each package."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            queries = json.loads(self.rfile.read(length))["queries"]
            self._send({"results": [self._result(one) for one in queries]})

        def do_GET(self) -> None:
            self._send(advisories[self.path.rpartition("/")[2]])

        def _result(self, query: dict[str, Any]) -> dict[str, Any]:
            package = query["package"]
            ids = known.get((package["ecosystem"], package["name"], query["version"]), [])
            start = int(query.get("page_token", "0"))
            result: dict[str, Any] = {}
            if ids:
                result["vulns"] = [{"id": one} for one in ids[start : start + page]]
            if start + page < len(ids):
                result["next_page_token"] = str(start + page)
            return result

        def _send(self, answer: object) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
