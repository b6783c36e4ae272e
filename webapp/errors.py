"""One error shape for the whole site: a page for people, RFC 9457 problem details for programs.

Imports `database` alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g, make_response, render_template, request
from flask.json import dumps
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from webapp.database import is_busy, is_full

log = logging.getLogger(__name__)

_REMEDIES = {
    403: "Your role does not allow this. Ask an administrator if it should.",
    404: "Check the address, or search for what you were looking for.",
    405: "This address does not accept that kind of request.",
    413: "The request is larger than this site accepts. Shorten the text and send it again.",
    500: "The fault is ours. Try again; if it stays, send the request number to the operator.",
}


class Problem(Exception):
    """Something a person or program can mend.

    `fields` maps names of form fields to what is wrong with each; `link` is an address (and its
    text) where the person can go on; `retry_after` is in seconds.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str = "",
        *,
        fields: Mapping[str, str] | None = None,
        link: tuple[str, str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{title} {detail}".strip())
        self.status = status
        self.title = title
        self.detail = detail
        self.fields = dict(fields or {})
        self.link = link
        self.retry_after = retry_after


def wants_json() -> bool:
    """Whether the one who asks is a program rather than a browser."""
    if request.path.startswith(("/api/", "/health", "/metrics")):
        return True
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def answer(problem: Problem) -> Response:
    """The response to a problem: `application/problem+json`, or the error page."""
    if wants_json():
        body: dict[str, object] = {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": request.path,
            "request": g.get("request_id", ""),
        }
        if problem.fields:
            body["fields"] = problem.fields
        if problem.link:
            body["link"] = problem.link[0]
        response = Response(dumps(body), content_type="application/problem+json")
    else:
        response = make_response(
            render_template("error.html", problem=problem, request_id=g.get("request_id", ""))
        )
    response.status_code = problem.status
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def from_http(error: HTTPException) -> Response:
    """Werkzeug's own errors in our shape; redirects pass unchanged."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    phrase = HTTPStatus(error.code).phrase
    response = answer(
        Problem(error.code, phrase + ".", _REMEDIES.get(error.code, error.description or ""))
    )
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def init_app(app: Flask) -> None:
    """Make every error of the application take the one shape."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return answer(error)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        return answer(
            Problem(
                400,
                "This form is no longer valid.",
                "It was open too long or came from elsewhere. Go back, reload the page and send "
                "it again; what you typed is still there.",
            )
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return from_http(error)

    @app.errorhandler(OverflowError)
    def too_large(error: OverflowError) -> Response:
        # SQLite's integers have 64 bits; nothing of ours has a larger number.
        return answer(Problem(404, "Not found.", "A number in the address is too large."))

    @app.errorhandler(OperationalError)
    def refused_by_database(error: OperationalError) -> Response:
        if is_busy(error):
            problem = Problem(
                503,
                "The database is busy.",
                "Nothing was changed. Send it again in a moment.",
                retry_after=5,
            )
        elif is_full(error):
            log.error("request %s: the disk is full", g.get("request_id", ""))
            problem = Problem(
                507,
                "The disk is full.",
                "Nothing was changed. Ask the operator to make room, then send it again; the "
                "browser's back button brings back what you typed.",
            )
        else:
            return unexpected(error)
        return answer(problem)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception(
            "request %s: %s %s failed",
            g.get("request_id", ""),
            request.method,
            request.path,
            exc_info=error,
        )
        return answer(Problem(500, "Something failed here.", _REMEDIES[500]))
