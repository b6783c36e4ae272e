"""Pages of signing in and out, and of one-time links."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import audit, failures, links, people, sessions, standing
from webapp.accounts.access import public
from webapp.accounts.models import Person, SignInLink
from webapp.errors import Problem
from webapp.security import client_address, throttle

blueprint = Blueprint("accounts", __name__)


def local_address(address: str) -> str:
    """`address` if it stays on this site, else the home page: no open redirect."""
    # Browsers read // and /\ as the start of another site's address.
    ours = address.isprintable() and re.match(r"/(?![/\\])", address)
    return address if ours else url_for("home")


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    """How to sign in; remembers where the person wanted to go."""
    session["next"] = local_address(request.args.get("next", ""))
    return render_template(
        "accounts/sign_in.html", providers=current_app.extensions["kewp.providers"].values()
    )


@blueprint.get("/sign-in/<token>")
@public
def confirm(token: str) -> str:
    """Ask before using the link up, so that a mail scanner that opens it does not spend it."""
    failures.refuse_guessing()
    link = links.peek(current.runtime(), token)
    if link is None:
        raise _unusable()
    with current.database().read() as database:
        known = people.find(database, links.PROVIDER, people.subject_of(link.name))
    return render_template(
        "accounts/confirm.html", token=token, name=link.name, role=_role_of(link), known=known
    )


@blueprint.post("/sign-in/<token>")
@public
def redeem(token: str) -> Response:
    """Use the link up and sign the person in.

    The person is written first: were the database busy, the link could be used again.
    """
    failures.refuse_guessing()
    throttle("sign-in from an address", client_address())
    link = links.peek(current.runtime(), token)
    if link is None:
        raise _unusable()
    # By a hash: counts hold no name, which an erasure would have to find.
    throttle("sign-in of a person", links.hashed(people.subject_of(link.name)))
    if not _issuer_may(link):
        raise _unusable()
    person = _person_of(link)
    if not links.redeem(current.runtime(), token):
        raise _unusable()
    return go_on(person, "one-time link")


def go_on(person: Person, way: str, destination: str | None = None) -> Response:
    """Sign somebody in and lead them to where they wanted to go."""
    destination = local_address(session.get("next", "") if destination is None else destination)
    sessions.sign_in(person.id, way)
    session["next"] = destination  # for those who come back to the link
    flash("You are signed in.", "success")
    return redirect(destination, 303)


def _unusable() -> Problem:
    title = "This sign-in link cannot be used."
    person: Person | None = g.person
    if not g.get("from_elsewhere"):  # else another site could use up what an address may fail
        failures.note(links.PROVIDER, "link")
    if person is not None:
        return Problem(
            410,
            title,
            f"You are signed in as {person.name} already, perhaps by this very link.",
            link=(local_address(session.get("next", "")), "Go on"),
        )
    return Problem(
        410,
        title,
        "It was used already, or its time is over. Ask whoever sent it for a new one.",
        link=(url_for("accounts.sign_in"), "How to sign in"),
    )


def _person_of(link: SignInLink) -> Person:
    subject, role = people.subject_of(link.name), _role_of(link)
    with current.database().write() as database:
        try:
            person = people.enrol(
                database, links.PROVIDER, subject, link.name, role, by=link.issued_by
            )
        except standing.Refused as error:
            raise Problem(
                409,
                "This sign-in link cannot be used.",
                f"It would take a role away. {error}",
                link=(url_for("accounts.sign_in"), "How to sign in"),
            ) from error
        if person.is_active:
            audit.record(database, "sign-in.done", links.PROVIDER, person_id=person.id)
    return person


def _issuer_may(link: SignInLink) -> bool:
    """Whether whoever made a link may still make one."""
    if link.issued_by is None:
        return True
    with current.database().read() as database:
        issuer = people.active(database, link.issued_by)
        return issuer is not None and issuer.can("admin")


def _role_of(link: SignInLink) -> str:
    """The role that the link gives; the operator's list of administrators comes first."""
    subject = people.subject_of(link.name)
    listed = people.is_listed_admin(links.PROVIDER, subject, current.settings().admin_users)
    return "admin" if listed else link.role


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session."""
    sessions.sign_out()
    flash("You are signed out.", "info")
    return redirect(url_for("home"), 303)
