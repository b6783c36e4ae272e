"""Response headers, forms that cannot be forged, and limits shared by all workers.

Imports `database` and `errors`; limits count in `runtime.db`.
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
from limits import parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import text

from webapp.database import Database
from webapp.errors import Problem

P = ParamSpec("P")
R = TypeVar("R")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

FORGED = "It came from another site. Nothing was changed; open the page here and send it again."

MAX_REQUEST_BYTES = 256 * 1024
"""Our largest form is a few kilobytes; 256 KiB leaves room for long quotes."""


class SharedCounters(Storage):
    """Storage of the `limits` library in `runtime.db`, so that all workers count together."""

    STORAGE_SCHEME = ["kewp"]  # noqa: RUF012 - the library declares it this way

    def __init__(self, runtime: Database) -> None:
        super().__init__()
        self._runtime = runtime

    @property
    def base_exceptions(self) -> type[Exception]:
        """Errors that the library may take for a storage failure."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` for `key` in a window of `expiry` seconds; returns the count so far."""
        now = time.time()
        with self._runtime.write() as session:
            session.execute(
                text("DELETE FROM limit_counter WHERE expires_at <= :now"), {"now": now}
            )
            return int(
                session.execute(
                    text(
                        "INSERT INTO limit_counter (key, count, expires_at) "
                        "VALUES (:key, :amount, :expires) "
                        "ON CONFLICT (key) DO UPDATE SET count = count + :amount RETURNING count"
                    ),
                    {"key": key, "amount": amount, "expires": now + expiry},
                ).scalar_one()
            )

    def get(self, key: str) -> int:
        """The count of the running window, 0 where there is none."""
        return int(self._row(key)[0])

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in Unix seconds."""
        return float(self._row(key)[1])

    def _row(self, key: str) -> tuple[int, float]:
        now = time.time()
        with self._runtime.read() as session:
            row = session.execute(
                text("SELECT count, expires_at FROM limit_counter WHERE key = :key"), {"key": key}
            ).one_or_none()
        return (row[0], row[1]) if row and row[1] > now else (0, now)

    def check(self) -> bool:
        """Whether the storage answers."""
        with self._runtime.read() as session:
            return bool(session.execute(text("SELECT 1")).scalar_one() == 1)

    def reset(self) -> int:
        """Forget all counts; returns how many there were."""
        with self._runtime.write() as session:
            count = int(session.execute(text("SELECT COUNT(*) FROM limit_counter")).scalar_one())
            session.execute(text("DELETE FROM limit_counter"))
        return count

    def clear(self, key: str) -> None:
        """Forget the count of one key."""
        with self._runtime.write() as session:
            session.execute(text("DELETE FROM limit_counter WHERE key = :key"), {"key": key})


def limited(limit: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Allow a view only `limit` (such as `10/minute`) per person, or per address if anonymous.

    Only requests that change something count. Beyond it: 429 with `Retry-After`.
    """
    item = parse(limit)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in CHANGING:
                limiter: FixedWindowRateLimiter = current_app.extensions["kewp.limiter"]
                person = g.get("person")
                who = person.id if person else (request.remote_addr or "unknown")
                if not limiter.hit(item, view.__name__, who):
                    reset = limiter.get_window_stats(item, view.__name__, who).reset_time
                    wait = max(1, int(reset - time.time()) + 1)
                    raise Problem(
                        429,
                        "Too many requests.",
                        f"This accepts {limit.replace('/', ' a ')}. Wait {wait} seconds and send "
                        "it again; nothing was changed.",
                        retry_after=wait,
                    )
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
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        # A file that browsers and proxies keep for a year must carry nobody's cookie.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=14 * 86400,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: forms may stay open
    )
    app.before_request(_refuse_other_sites)
    _Forms(app)
    app.extensions["kewp.limiter"] = FixedWindowRateLimiter(SharedCounters(runtime))

    # Before everything else, so that every answer carries the number.
    app.before_request_funcs.setdefault(None, []).insert(0, _look_at_request)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
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
