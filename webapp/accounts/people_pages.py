"""Pages of administrators about people: the list, one person, and what is decided about them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import audit, erasure, people, roster, signed_in, standing, tokens
from webapp.accounts.access import me, requires
from webapp.accounts.models import ROLES, Person
from webapp.accounts.work import Count, work
from webapp.errors import Problem
from webapp.paging import page_of
from webapp.parameters import choice, page_number
from webapp.security import limited

blueprint = Blueprint("people", __name__)

ACTS_SHOWN = 10

_DONE = {
    "block": "{} is blocked, signed out everywhere, and has no token any more.",
    "unblock": "{} may sign in again.",
    "sign-out": "{} is signed out everywhere.",
    "revoke-tokens": "The tokens of {} are revoked.",
}


@blueprint.get("/people")
@requires("admin")
def everybody() -> str:
    """Everybody, with search by name, ORCID iD or identity, and a filter by role."""
    text = " ".join(request.args.get("q", "").split())[:200]
    standing_wanted = choice("role", roster.STANDINGS)
    with current.database().read() as session:
        page = page_of(session, roster.query(text, standing_wanted), page_number())
        ids = [one.id for one in page.rows]
        return render_template(
            "accounts/people.html",
            page=page,
            text=text,
            standing=standing_wanted,
            standings=roster.STANDINGS,
            seen=roster.how_they_come(session, current.runtime(), ids),
            counts=work().counts(session, ids),
            nothing=Count(),
        )


@blueprint.get("/people/<person_id>")
@requires("admin")
def one(person_id: str) -> str:
    """One person: how they come in, what they did, and what can be decided about them."""
    with current.database().read() as session:
        person = _find(session, person_id)
        seen = roster.how_they_come(session, current.runtime(), [person.id])[person.id]
        ways = roster.identities(session, person.id)
        return render_template(
            "accounts/person.html",
            one=person,
            seen=seen,
            identities=ways,
            listed=roster.is_listed(ways, current.settings().admin_users),
            tokens=len(tokens.usable(session, person.id)),
            count=work().counts(session, [person.id]).get(person.id, Count()),
            roles=ROLES,
            acts=audit.about(session, person.id, ACTS_SHOWN),
        )


@blueprint.post("/people/<person_id>/role")
@requires("admin")
@limited("60/minute")
def change_role(person_id: str) -> Response:
    """Give a person another role; it holds in their open sessions at once."""
    role = request.form.get("role", "")
    person, done = _decide(
        person_id, lambda session, person: standing.change_role(session, person, role, by=me().id)
    )
    flash(f"{person.name} is {'now' if done else 'already'} {role}.", "success")
    return redirect(url_for(".one", person_id=person_id), 303)


@blueprint.post("/people/<person_id>/<any(block, unblock, 'sign-out', 'revoke-tokens'):action>")
@requires("admin")
@limited("60/minute")
def act(person_id: str, action: str) -> Response:
    """Block a person or let them in again, end their sessions, revoke their tokens."""

    def decide(session: Session, person: Person) -> bool:
        if action == "block":
            return standing.block(session, person, by=me().id)
        if action == "unblock":
            return standing.unblock(session, person, by=me().id)
        if action == "revoke-tokens":
            return tokens.revoke_all(session, person.id, by=me().id) > 0
        audit.record(session, "person.sign-out", person.id, person_id=me().id)
        return True

    person, _ = _decide(person_id, decide)
    if action in {"block", "sign-out"}:
        signed_in.end(current.runtime(), person.id)
    flash(_DONE[action].format(person.name), "success")
    return redirect(url_for(".one", person_id=person_id), 303)


@blueprint.get("/people/<person_id>/erase")
@requires("admin")
def confirm_erasure(person_id: str) -> str:
    """The question before a person is erased."""
    with current.database().read() as session:
        return _erase_page(session, person_id)


@blueprint.post("/people/<person_id>/erase")
@requires("admin")
@limited("20/minute")
def erase(person_id: str) -> Response | tuple[str, int]:
    """Erase a person, whose name was typed."""
    try:
        pseudonym = erasure.erase(
            current.settings(),
            current.database(),
            current.runtime(),
            person_id,
            typed=request.form.get("name", ""),
            by=me().id,
        )
    except erasure.NotConfirmed as error:
        with current.database().read() as session:
            return _erase_page(session, person_id, error=str(error)), 422
    except standing.Refused as error:
        raise _refused(error, person_id) from error
    except erasure.Unknown as error:
        raise _unknown() from error
    flash(f"This person is erased. Their work stays, by {pseudonym}.", "success")
    return redirect(url_for(".one", person_id=person_id), 303)


def _erase_page(session: Session, person_id: str, error: str = "") -> str:
    person = _find(session, person_id)
    ways = roster.identities(session, person.id)
    return render_template(
        "accounts/erase.html",
        one=person,
        listed=roster.is_listed(ways, current.settings().admin_users),
        action=url_for(".erase", person_id=person.id),
        back=url_for(".one", person_id=person.id),
        error=error,
        days=current.settings().backup_retention_days,
    )


def _decide(person_id: str, decide: Callable[[Session, Person], bool]) -> tuple[Person, bool]:
    """Decide about a person in one transaction; the person, and whether anything changed."""
    try:
        with current.database().write() as session:
            person = _find(session, person_id)
            return person, decide(session, person)
    except standing.Refused as error:
        raise _refused(error, person_id) from error


def _refused(error: standing.Refused, person_id: str) -> Problem:
    return Problem(
        409,
        "This cannot be done.",
        str(error),
        link=(url_for("people.one", person_id=person_id), "Back to this person"),
    )


def _find(session: Session, person_id: str) -> Person:
    person = people.get(session, person_id)
    if person is None:
        raise _unknown()
    return person


def _unknown() -> Problem:
    return Problem(
        404,
        "There is no such person.",
        "Look for them in the list.",
        link=(url_for("people.everybody"), "All people"),
    )
