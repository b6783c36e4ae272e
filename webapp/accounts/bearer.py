"""Requests of programs: `Authorization: Bearer` and a token (RFC 6750).

A token replaces the cookie: the request is its person's, limited by its scope, needs no form token,
and leaves no cookie. It opens what everybody can read, and the views that say `for_programs`:
never signing in, tokens, accounts or anything of administrators.
"""

from __future__ import annotations

from flask import Flask, Response, g, request, session

from webapp import current
from webapp.accounts import access, tokens
from webapp.accounts.models import Person, covers
from webapp.accounts.sessions import WITHOUT_DATABASES
from webapp.errors import Problem
from webapp.security import CHANGING

_REALM = 'Bearer realm="KE-WP Mapping"'


def init_app(app: Flask) -> None:
    """Know the person of a request with a token; comes after `sessions`, before the forms' tokens.

    Every 401 says how a program signs in (RFC 9110, section 11.6.1).
    """

    @app.before_request
    def know_bearer() -> None:
        given = request.authorization
        if given is None or given.type != "bearer" or request.endpoint in WITHOUT_DATABASES:
            return
        g.person = None
        g.person = _person_of(given.token or "")
        g.token = True
        if request.endpoint is not None:
            _require_allowed(app, request.endpoint, g.person)

    @app.after_request
    def answer_program(response: Response) -> Response:
        if response.status_code == 401:
            error = ', error="invalid_token"' if request.authorization else ""
            response.headers.setdefault("WWW-Authenticate", _REALM + error)
        if g.get("token"):
            session.clear()
            session.modified = False  # what a view remembered for the next page is not for programs
            if response.status_code == 403:
                response.headers["WWW-Authenticate"] = f'{_REALM}, error="insufficient_scope"'
        return response


def _person_of(text: str) -> Person:
    with current.database().read() as database:
        found = tokens.find(database, text)
    if found is None:
        raise _invalid("It is unknown here. Make one on the page of your account.")
    token, person = found
    state = tokens.state(token)
    if state != "usable":
        at = token.revoked_at or token.expires_at
        raise _invalid(f"It was {state} at {at}. Make another one on the page of your account.")
    if not person.is_active:
        raise _invalid("Its person is blocked. Ask an administrator of this site.")
    tokens.note_use(current.database(), token)
    if request.method in CHANGING:
        person.scope = token.scope
    return person


def _invalid(why: str) -> Problem:
    return Problem(401, "This token cannot be used.", f"{why} Nothing was changed.")


def _require_allowed(app: Flask, endpoint: str, person: Person) -> None:
    action = access.declared_by(app, endpoint)
    changing = request.method in CHANGING
    if not access.is_for_programs(app, endpoint) and (changing or action != "public"):
        raise Problem(
            403, "Tokens do not open this address.", "Sign in with a browser. Nothing was changed."
        )
    if changing and action != "public" and not covers(person.scope or "read", action):
        raise Problem(
            403,
            "This token may not do this.",
            f"Its scope is {person.scope}. Make one with more room, if your role has it.",
        )
