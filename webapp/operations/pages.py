"""`/health`, `/health/live` and `/metrics`, for health checks, monitors and people."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from webapp import current
from webapp.accounts.access import public
from webapp.errors import Problem
from webapp.operations import health as checks
from webapp.operations import rooms
from webapp.operations.audience import sees_details
from webapp.operations.gauges import State
from webapp.operations.metrics import Metrics

blueprint = Blueprint("operations", __name__)


@blueprint.get("/health")
@public
def health() -> Response:
    """Readiness: 503 when the site cannot serve. Details for those who may see them."""
    found = checks.components(current.settings(), current.database(), rooms.states())
    word = checks.overall(found)
    if sees_details(database_answers=found["database"].status == "ok"):
        response = jsonify(checks.report(found))
    else:
        response = jsonify({"status": word})
    response.status_code = 503 if word == "failing" else 200
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/health/live")
@public
def live() -> Response:
    """Liveness: this process answers, whatever else is wrong."""
    response = jsonify({"status": "alive"})
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' text format, the sum of all workers."""
    if not sees_details():
        raise Problem(
            401,
            "Metrics are not for everybody.",
            "Ask from this machine, or with the header `Authorization: Bearer` and METRICS_TOKEN.",
        )
    counters: Metrics = current_app.extensions["kewp.metrics"]
    state = State(current.settings(), current.database(), rooms.states())
    response = Response(counters.exposition(state), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    response.headers["Cache-Control"] = "no-store"
    return response
