"""`/health`, for the container's health check and for people."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from webapp import current
from webapp.accounts.access import public
from webapp.operations import health as checks
from webapp.suggestions.current import suggester

blueprint = Blueprint("operations", __name__)


@blueprint.get("/health")
@public
def health() -> Response:
    """Each component's state; 503 when the site cannot serve."""
    report = checks.report(current.settings(), current.database(), suggester().state)
    response = jsonify(report)
    response.status_code = 503 if report["status"] == "failing" else 200
    response.headers["Cache-Control"] = "no-store"
    return response
