"""Pages of signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import links, people, sessions
from webapp.accounts.access import public
from webapp.errors import Problem
from webapp.security import limited

blueprint = Blueprint("accounts", __name__)

_UNUSABLE = Problem(
    410,
    "This sign-in link cannot be used.",
    "It was used already, or its 15 minutes are over. Ask the operator for a new one.",
)


def local_address(address: str) -> str:
    """`address` if it stays on this site, else the home page: no open redirect."""
    parts = urlsplit(address.replace("\\", "/"))
    clean = address.isprintable() and not parts.scheme and not parts.netloc
    return address if clean and parts.path.startswith("/") else url_for("home")


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    """How to sign in; remembers where the person wanted to go."""
    session["next"] = local_address(request.args.get("next", ""))
    return render_template("accounts/sign_in.html")


@blueprint.get("/sign-in/<token>")
@public
def confirm(token: str) -> str:
    """Ask before using the link up, so that a mail scanner that opens it does not spend it."""
    person_id = links.peek(current.runtime(), token)
    if person_id is None:
        raise _UNUSABLE
    with current.database().read() as database:
        person = people.get(database, person_id)
    return render_template("accounts/confirm.html", token=token, who=person)


@blueprint.post("/sign-in/<token>")
@public
@limited("60/minute")
def redeem(token: str) -> Response:
    """Use the link up and sign the person in."""
    person_id = links.redeem(current.runtime(), token)
    if person_id is None:
        raise _UNUSABLE
    destination = local_address(session.get("next", ""))
    sessions.sign_in(person_id)
    with current.database().write() as database:
        person = people.get(database, person_id)
        if person and people.is_listed_admin(database, person, current.settings().admin_users):
            person.role = "admin"
    flash("You are signed in.", "success")
    return redirect(destination, 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session."""
    sessions.sign_out()
    flash("You are signed out.", "info")
    return redirect(url_for("home"), 303)
