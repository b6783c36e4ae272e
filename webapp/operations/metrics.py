"""What `/metrics` tells in Prometheus' text format: requests, suggestions, and the state of things.

Requests and suggestions are counted where they happen, in files that all workers of the web server
share (see `slots`), so that whichever worker is asked tells the sum of all. The state of things
(`gauges`) is looked up when somebody asks. Nothing tells of a person: a route is the rule of the
address, never the address itself.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from webapp.operations import slots

log = logging.getLogger(__name__)

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SUGGESTION_BUCKETS = (0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 1.0)
UNKNOWN_ROUTE = "none"

UNCOUNTED = "kewp.uncounted"
"""Key of a WSGI environment that nobody sent: the master opens pages to warm them."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # half of all lines, of no use
if slots.FOLDER in os.environ:
    Path(os.environ[slots.FOLDER]).mkdir(parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(slots.mine)  # type: ignore[no-untyped-call]


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._told = False
        self.requests = Counter(
            "kewp_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self.request_seconds = Histogram(
            "kewp_http_request_seconds",
            "Seconds until a request was answered.",
            ("method", "route"),
            buckets=REQUEST_BUCKETS,
            registry=self._registry,
        )
        self.suggestion_seconds = Histogram(
            "kewp_suggestion_seconds",
            "Seconds that ranking one list of suggestions took; mode is fused or lexical.",
            ("resource", "mode"),
            buckets=SUGGESTION_BUCKETS,
            registry=self._registry,
        )

    def suggested(self, resource: str, mode: str, seconds: float) -> None:
        """Count one ranked list, unless it belongs to a page that nobody asked for."""
        if has_request_context() and UNCOUNTED in request.environ:
            return
        with self._never_in_the_way():
            self.suggestion_seconds.labels(resource, mode).observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        with self._never_in_the_way():
            self.requests.labels(method, route, status).inc()
            self.request_seconds.labels(method, route).observe(seconds)

    @contextmanager
    def _never_in_the_way(self) -> Iterator[None]:
        """A figure that cannot be kept is told once: the decision that it counts is made."""
        try:
            yield
        except (OSError, ValueError) as error:
            if not self._told:
                log.warning("/metrics does not count everything: %r", error)
            self._told = True

    def exposition(self, state: Collector) -> bytes:
        """All counters of all workers, and `state`, as Prometheus reads them."""
        shared = CollectorRegistry()
        shared.register(state)
        if slots.FOLDER in os.environ:
            MultiProcessCollector(shared, os.environ[slots.FOLDER])  # type: ignore[no-untyped-call]
            return generate_latest(shared)
        return generate_latest(self._registry) + generate_latest(shared)


def init_app(app: Flask) -> None:
    """Count every request of the application from now on; call it before other hooks are set."""
    app.extensions["kewp.metrics"] = metrics = Metrics()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request  # the first one to be set is the last one to be called
    def count(response: Response) -> Response:
        if UNCOUNTED in request.environ:
            return response
        rule = request.url_rule.rule if request.url_rule else UNKNOWN_ROUTE
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        metrics.answered(request.method, rule, response.status_code, seconds)
        return response
