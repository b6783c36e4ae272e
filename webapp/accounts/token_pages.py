"""The page where somebody makes and revokes their own tokens."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import tokens
from webapp.accounts.access import me, requires
from webapp.errors import Problem, hands_back
from webapp.security import limited

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/account/tokens")
@requires("curate")
def page() -> str:
    """The reader's tokens, and the form for another one."""
    return _page()


def _as_typed(problem: Problem) -> str:
    return _page(problem=problem)


@blueprint.post("/account/tokens")
@requires("curate")
@hands_back(_as_typed)
@limited("20/hour")
def make() -> Response:
    """Make a token and show it, this one time."""
    form = request.form
    try:
        with current.database().write() as session:
            text, token_id = tokens.make(
                session,
                me(),
                form.get("name", ""),
                form.get("scope", ""),
                form.get("days", 0, type=int),
            )
    except tokens.Refused as error:
        raise Problem(422, "No token was made.", fields=error.fields) from error
    answer = make_response(_page(made=(token_id, text)), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/tokens/<token_id>/revoke")
@requires("curate")
@limited("60/minute")
def revoke(token_id: str) -> Response:
    """End one of the reader's tokens."""
    with current.database().write() as session:
        done = tokens.revoke(session, token_id, me().id, by=me().id)
    if not done:
        raise Problem(
            404,
            "You have no such token.",
            "It may have ended already.",
            link=(url_for(".page"), "Your tokens"),
        )
    flash("The token is revoked. Programs that use it are refused from now on.", "success")
    return redirect(url_for(".page"), 303)


def _page(*, made: tuple[str, str] | None = None, problem: Problem | None = None) -> str:
    person = me()
    with current.database().read() as session:
        found = tokens.of(session, person.id)
    return render_template(
        "accounts/tokens.html",
        tokens=[(one, tokens.state(one)) for one in found],
        made=made,
        problem=problem,
        typed=request.form if problem else {},
        scopes=tokens.offered(person),
        days=tokens.DAYS,
        address=current.settings().address,
    )
