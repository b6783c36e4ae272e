"""A WSGI application that tells who answers, slowly if asked, and prints lines if asked."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs


def create_app() -> "Application":
    if Path("fail-web").exists():
        raise SystemExit("The stand-in was told to fail.")
    return Application()


class Application:
    """Keeps its encoder, as the real one does."""

    def __init__(self) -> None:
        self.encoder = import_module("webapp.operations.warm_up").Encoder()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        question = parse_qs(environ["QUERY_STRING"])
        for number in range(int(question.get("lines", ["0"])[0])):
            sys.stdout.write(f"numbered line {number}\n")
        sys.stdout.flush()
        if "seconds" in question:
            with Path("slow-requests").open("a") as arrived:
                arrived.write("one\n")
            time.sleep(float(question["seconds"][0]))
        body = str(os.getpid())
        if "encode" in question:
            body += f" {self.encoder.encode(question['encode'][0])}"
        start_response(
            "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        )
        return [body.encode()]
