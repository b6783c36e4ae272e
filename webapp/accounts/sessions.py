"""Who is signed in: the cookie holds a random key, `runtime.db` holds its hash and its person."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, g, request, session
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError

from webapp import current
from webapp.accounts import people
from webapp.accounts.links import hashed
from webapp.accounts.models import SignedInSession
from webapp.accounts.runtime import SessionsLost
from webapp.database import is_busy, is_full, utc_now
from webapp.errors import Problem, answer

log = logging.getLogger(__name__)

IDLE = timedelta(days=14)
_TOUCH_EVERY = timedelta(minutes=10)
_KEY = "key"
_FORMS = "csrf_token"
"""Where Flask-WTF keeps what the tokens of this browser's forms are checked against."""
WITHOUT_DATABASES = {"static", "operations.health", "operations.live", "operations.metrics"}
"""Endpoints that must answer whatever is wrong; nobody is known there."""


def sign_in(person_id: str) -> None:
    """Start a fresh session for a person; whatever session there was is ended.

    Forms that this person left open in the browser stay valid; those of somebody else do not.
    Raises `Problem` 403 where the person is blocked.
    """
    with current.database().read() as database:
        if people.active(database, person_id) is None:
            raise Problem(
                403,
                "You are blocked here.",
                "An administrator of this site decided so. Ask one of them if that is a mistake.",
            )
    forms = session.get(_FORMS) if _whose() in {None, person_id} else None
    sign_out()
    key = secrets.token_urlsafe(32)
    now = utc_now()
    with current.runtime().write() as runtime:
        runtime.execute(delete(SignedInSession).where(SignedInSession.seen_at < _ago(IDLE)))
        runtime.add(
            SignedInSession(key_hash=hashed(key), person_id=person_id, created_at=now, seen_at=now)
        )
    session[_KEY] = key
    if forms:
        session[_FORMS] = forms
    session.permanent = True


def _whose() -> str | None:
    """The person whose session this browser had, also one that has expired, as far as is known."""
    key = session.get(_KEY)
    if not key:
        return None
    with current.runtime().read() as runtime:
        known = runtime.get(SignedInSession, hashed(key))
    return known.person_id if known else None


def sign_out() -> None:
    """End this browser's session, here and on the server."""
    key = session.get(_KEY)
    session.clear()
    if key:
        with current.runtime().write() as runtime:
            runtime.execute(delete(SignedInSession).where(SignedInSession.key_hash == hashed(key)))


def load_person() -> None:
    """Put the person of this request into `g.person` (None for the anonymous)."""
    g.person = None
    key = session.get(_KEY)
    if not key:
        return
    try:
        with current.runtime().read() as runtime:
            known = runtime.get(SignedInSession, hashed(key))
    except SessionsLost:
        log.warning("the sessions were lost and everybody signs in again")
        return
    if known is None or known.seen_at < _ago(IDLE):
        return
    with current.database().read() as database:
        g.person = people.active(database, known.person_id)
    if known.seen_at < _ago(_TOUCH_EVERY):
        session.modified = True  # sends the cookie again, which then lives on as well
        _renew(known)


def _renew(known: SignedInSession) -> None:
    """Note that this session is in use; a later request does it where the disk is full or busy."""
    try:
        with current.runtime().write() as runtime:
            runtime.execute(
                update(SignedInSession)
                .where(SignedInSession.key_hash == known.key_hash)
                .values(seen_at=utc_now())
            )
    except OperationalError as error:
        if not is_busy(error) and not is_full(error):
            raise
        log.warning("a session could not be renewed: %s", error.orig)


def _ago(span: timedelta) -> str:
    moment = datetime.now(UTC) - span
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def init_app(app: Flask) -> None:
    """Know the person of every request but those that must not depend on the databases."""

    @app.errorhandler(SessionsLost)
    def lost(_error: SessionsLost) -> Response:
        return answer(
            Problem(
                503,
                "The sessions of this site were lost.",
                "Everybody signs in again; nothing else is lost. Send it once more.",
                retry_after=1,
            )
        )

    @app.before_request
    def know_person() -> None:
        if request.endpoint in WITHOUT_DATABASES:
            g.person = None
        else:
            load_person()
