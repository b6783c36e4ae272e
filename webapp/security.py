"""Response headers, forms that cannot be forged, and limits shared by all workers.

Imports `database`, `errors`, `counters` and `proxies`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter

from webapp import counters
from webapp.database import Database
from webapp.errors import Problem
from webapp.proxies import BelieveProxies, counted_as

P = ParamSpec("P")
R = TypeVar("R")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; frame-src 'none'; worker-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), bluetooth=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, also on errors, files and redirects."""

HSTS = "max-age=31536000"
"""Where people type https://…: for a year browsers ask for nothing else of this host (RFC 6797).

Its subdomains are not ours to decide about.
"""

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

FORGED = "It came from another site. Nothing was changed; open the page here and send it again."

MAX_REQUEST_BYTES = 512 * 1024
"""Our largest form is a few kilobytes. The room above lets a field that is too long come back with
the whole form, and a sentence that names the field and its limit."""


THROTTLES = {
    "sign-in from an address": parse("60/minute"),
    "sign-in of a person": parse("30/minute"),
}
"""How often what is tried at signing in: a class of thirty behind one address must get in."""


def throttle(kind: str, key: str) -> None:
    """Count one attempt of a kind in `THROTTLES` by `key`; raises `Problem` 429 beyond its limit.

    A key is an address (`client_address()`) or a person (`provider:subject`). Call it before the
    attempt is looked at, so that right and wrong ones count alike.
    """
    _count(THROTTLES[kind], kind, key)


def client_address() -> str:
    """What stands for the client in limits; see `webapp.proxies`, which computes the address."""
    return counted_as(request.remote_addr or "")


def _count(item: RateLimitItem, kind: str, key: str) -> None:
    limiter: FixedWindowRateLimiter = current_app.extensions["kewp.limiter"]
    if not limiter.hit(item, kind, key):
        reset = limiter.get_window_stats(item, kind, key).reset_time
        wait = max(1, int(reset - time.time()) + 1)
        per = f"{item.amount} a {item.GRANULARITY.name}"
        raise Problem(
            429,
            "Too many requests.",
            f"This accepts {per}. Wait {wait} second{'s' if wait > 1 else ''} and send it again; "
            "nothing was changed.",
            retry_after=wait,
        )


def limited(limit: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Allow a view only `limit` (such as `10/minute`) per person, or per address if anonymous.

    Only requests that change something count. Beyond it: 429 with `Retry-After`.
    """
    item = parse(limit)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in CHANGING:
                person = g.get("person")
                _count(item, view.__name__, person.id if person else client_address())
            return view(*args, **kwargs)

        return counted

    return decorate


def cookie_name(secret_key: str) -> str:
    """The name of this installation's cookie: cookies know no ports (RFC 6265, section 8.5).

    Two installations on one machine would otherwise sign everybody out of one another.
    """
    return f"kewp_{hashlib.sha256(secret_key.encode()).hexdigest()[:8]}"


def init_app(app: Flask, runtime: Database) -> None:
    """Guard the application: headers, CSRF tokens, request numbers, limits."""
    settings = app.extensions["kewp.settings"]
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(settings.require_secret_key()),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookies_need_tls,
        # A file that browsers and proxies keep for a year must carry nobody's cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=settings.session_lifetime,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,  # Flask's own, for fields, would be a little less
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: forms may stay open
    )
    app.before_request(_refuse_streams)
    app.before_request(_refuse_other_sites)
    _Forms(app)
    name = str(app.config["SESSION_COOKIE_NAME"])
    app.extensions["kewp.limiter"] = counters.limiter(settings.ratelimit_storage_uri, runtime, name)
    app.wsgi_app = BelieveProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign,assignment]
    headers = HEADERS
    if settings.public_url.startswith("https://"):
        headers = {**HEADERS, "Strict-Transport-Security": HSTS}

    # Before everything else, so that every answer carries the number.
    app.before_request_funcs.setdefault(None, []).insert(0, _look_at_request)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _look_at_request() -> None:
    g.request_id = uuid4().hex[:12]
    g.from_elsewhere = from_elsewhere()


def from_elsewhere() -> bool:
    """Whether a page of another site made the browser send this.

    Browsers say so over HTTPS and on this machine (Fetch Metadata, W3C); elsewhere `Origin` tells.
    Programs send neither.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    ours = {request.host, current_app.extensions["kewp.settings"].address.partition("://")[2]}
    return origin is not None and origin.partition("://")[2] not in ours


def _refuse_streams() -> None:
    """A body whose length nobody knows could go on for ever; browsers never send one.

    The web server collects bodies before a thread takes them, and can do so by their length alone.
    """
    if "Transfer-Encoding" in request.headers:
        raise Problem(
            411,
            "The length of the request is missing.",
            "Nothing was changed. Send it with Content-Length and without Transfer-Encoding.",
        )


class _Forms(CSRFProtect):  # type: ignore[misc]
    """Forms carry a token against forgery; programs that carry a key of their own need none.

    A browser adds no `Authorization: Bearer` by itself, so no other site can make it send one.
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        """Check the token of a form."""
        if not g.get("token"):
            super().protect(apply_exemptions)


def _refuse_other_sites() -> None:
    """A second lock beside the token: the token outlives a sign-in, so that open forms do.

    Only what the browser itself says counts: behind a proxy, `Host` may be another than `Origin`.
    """
    if request.method in CHANGING and g.from_elsewhere and "Sec-Fetch-Site" in request.headers:
        raise Problem(400, "This form is no longer valid.", FORGED)
