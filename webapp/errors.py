"""One error shape for the whole site: a page for people, RFC 9457 problem details for programs.

Imports `database` alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.json import dumps
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from webapp.database import is_busy, is_full

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

_HANDS_BACK = "_kewp_hands_back"
DECLARED = "_kewp_access"
"""Where a view keeps who may open it; see `accounts.access`."""

_REMEDIES = {
    403: "Your role does not allow this. Ask an administrator if it should.",
    404: "Check the address, or search for what you were looking for.",
    405: "This address does not accept that kind of request.",
    413: "This is more than the {limit:,} bytes that this site accepts. Nothing was changed. The "
    "browser's back button brings back what you typed; shorten it and send it again.",
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


def hands_back(page: Callable[..., str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare that a view's form comes back as it was typed, whatever was in the way.

    `page(problem, **arguments of the view)` gives the page; the answer has the problem's status.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _HANDS_BACK, page)
        return view

    return decorate


def _handed_back(problem: Problem) -> str | None:
    """The page with the form that was sent, or None where there is none to give back."""
    page = getattr(current_app.view_functions.get(request.endpoint or ""), _HANDS_BACK, None)
    # What another site sent is not shown as if the reader had typed it.
    if page is None or g.get("from_elsewhere", True):
        return None
    # Pages of curation are open to all; those of administrators hold what is not.
    view, person = current_app.view_functions[request.endpoint or ""], g.get("person")
    needed = getattr(view, DECLARED, "admin")
    if needed not in {"public", "curate"} and not (person and person.can(needed)):
        return None
    try:
        return str(page(problem, **(request.view_args or {})))
    except (Problem, HTTPException):
        return None  # its page does not exist, or the form cannot be read
    except Exception:
        log.exception("request %s: the form cannot be handed back", g.get("request_id", ""))
        return None


def wants_json() -> bool:
    """Whether the one who asks is a program rather than a browser."""
    if request.path.startswith(("/api/", "/health", "/metrics")):
        return True
    if request.authorization is not None and request.authorization.type == "bearer":
        return True
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def answer(problem: Problem) -> Response:
    """The response to a problem: `application/problem+json`, the form handed back, or a page."""
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
        page = _handed_back(problem) or render_template(
            "error.html", problem=problem, request_id=g.get("request_id", "")
        )
        response = make_response(page)
    response.status_code = problem.status
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def from_http(error: HTTPException) -> Response:
    """Werkzeug's own errors in our shape; redirects pass unchanged."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    phrase = HTTPStatus(error.code).phrase
    remedy = _REMEDIES.get(error.code, error.description or "")
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        remedy = remedy.format(limit=current_app.config["MAX_CONTENT_LENGTH"])
    response = answer(Problem(error.code, phrase + ".", remedy))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def init_app(app: Flask) -> None:
    """Make every error of the application take the one shape."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return answer(error)

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
