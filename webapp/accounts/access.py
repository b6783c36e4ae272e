"""Who may open which address. Every view declares it; a view that does not stops the start."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Response, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError

from webapp.accounts.models import Person
from webapp.errors import DECLARED, Problem, answer, wants_json
from webapp.security import FORGED

P = ParamSpec("P")
R = TypeVar("R")

_FOR_PROGRAMS = "_kewp_for_programs"


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Everybody may open this view."""
    setattr(view, DECLARED, "public")
    return view


def requires(action: str) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Only people whose role allows `curate`, `review` or `admin` may open this view.

    The anonymous are sent to sign in and come back (reading) or get 401 (changing, programs, and
    scripts, which would show the page for signing in as a part of another one); people without
    the role get 403.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            person = g.person
            if person is None:
                script = "HX-Request" in request.headers
                if request.method in {"GET", "HEAD"} and not script and not wants_json():
                    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
                raise _signed_out()
            if not person.can(action):
                raise Problem(
                    403,
                    "Your role does not allow this.",
                    f"You are signed in as {person.name} ({person.role}). Ask an administrator if "
                    "your role should change.",
                )
            return view(*args, **kwargs)

        setattr(guarded, DECLARED, action)
        return guarded

    return decorate


def for_programs(view: Callable[P, R]) -> Callable[P, R]:
    """Programs may use this view with a token; see `bearer`. Public views can be read by them."""
    setattr(view, _FOR_PROGRAMS, True)
    return view


def is_for_programs(app: Flask, endpoint: str) -> bool:
    """Whether a view declares that tokens may be used there."""
    return bool(getattr(app.view_functions[endpoint], _FOR_PROGRAMS, False))


def me() -> Person:
    """The person of this request, in a view that `requires` one."""
    person: Person | None = g.person
    if person is None:
        raise Problem(401, "You are not signed in.")
    return person


def _signed_out() -> Problem:
    return Problem(
        401,
        "You are not signed in.",
        "Nothing was changed. Sign in, then send it again.",
        link=(url_for("accounts.sign_in", next=_came_from()), "Sign in"),
    )


def _came_from() -> str | None:
    """The page of ours that sent this request, as an address on this site."""
    start, referrer = request.host_url, request.referrer or ""
    return f"/{referrer.removeprefix(start)}" if referrer.startswith(start) else None


def init_app(app: Flask) -> None:
    """Say why a form without a valid token is not taken: nobody is signed in, or it is an old one.

    The person must be known before the tokens are checked.
    """

    @app.errorhandler(CSRFError)
    def without_token(_error: CSRFError) -> Response:
        stale = "This form is no longer valid."
        if g.from_elsewhere:
            return answer(Problem(400, stale, FORGED))
        access = declared_by(app, request.endpoint or "")
        if g.person is None and access != "public":
            return answer(_signed_out())
        return answer(
            Problem(
                400,
                stale,
                "It belongs to an earlier session of this browser. Nothing was changed.",
                link=(_came_from() or url_for("home"), "Open the page again"),
            )
        )


def declared_by(app: Flask, endpoint: str) -> str:
    """What a view declares; `public` where there is none."""
    return str(getattr(app.view_functions.get(endpoint), DECLARED, "public"))


def declared(app: Flask) -> dict[str, str]:
    """What every endpoint declares: `public`, `curate`, `review` or `admin`.

    Raises `RuntimeError` naming an endpoint that declares nothing.
    """
    table = {"static": "public"}
    for endpoint, view in app.view_functions.items():
        if endpoint == "static":
            continue
        access = getattr(view, DECLARED, None)
        if access is None:
            raise RuntimeError(f"the view {endpoint} does not say who may open it")
        table[endpoint] = access
    return table
