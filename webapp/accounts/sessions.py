"""Who is signed in: the cookie holds a random key, `runtime.db` holds its hash and its person."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask, Response, g, request, session
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import OperationalError

from webapp import current
from webapp.accounts import people
from webapp.accounts.browsers import in_words
from webapp.accounts.links import hashed
from webapp.accounts.models import SignedInSession
from webapp.accounts.runtime import SessionsLost
from webapp.database import is_busy, is_full, utc_in, utc_now
from webapp.errors import Problem, answer

log = logging.getLogger(__name__)

_TOUCH_EVERY = timedelta(minutes=10)
_KEY = "key"
_FORMS = "csrf_token"
"""Where Flask-WTF keeps what the tokens of this browser's forms are checked against."""
_BROWSER = "browser"
WITHOUT_DATABASES = {"static", "operations.health", "operations.live", "operations.metrics"}
"""Endpoints that must answer whatever is wrong; nobody is known there."""


def sign_in(person_id: str, way: str) -> None:
    """Start a fresh session for a person; whatever session there was is ended.

    `way` says how, in words. Forms that this person left open in the browser stay valid; those of
    somebody else do not. Raises `Problem` 403 where the person is blocked.
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
        runtime.execute(delete(SignedInSession).where(_over()))
        runtime.add(
            SignedInSession(
                key_hash=hashed(key),
                person_id=person_id,
                created_at=now,
                seen_at=now,
                way=way,
                browser=in_words(request.user_agent.string),
            )
        )
    session[_KEY] = key
    if forms:
        session[_FORMS] = forms
    session.permanent = True


def browser() -> str:
    """A secret of this browser, made when it is first asked for; it outlives signing out."""
    if _BROWSER not in session:
        session[_BROWSER] = secrets.token_urlsafe(32)
        session.permanent = True
    return str(session[_BROWSER])


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
    key, kept = session.get(_KEY), session.get(_BROWSER)
    session.clear()
    if kept:
        session[_BROWSER] = kept
        session.permanent = True
    if key:
        with current.runtime().write() as runtime:
            runtime.execute(delete(SignedInSession).where(SignedInSession.key_hash == hashed(key)))


def of_person(person_id: str) -> Sequence[SignedInSession]:
    """Where somebody is signed in, used last first."""
    with current.runtime().read() as runtime:
        return runtime.scalars(
            select(SignedInSession)
            .where(SignedInSession.person_id == person_id, ~_over())
            .order_by(SignedInSession.seen_at.desc())
        ).all()


def is_this(one: SignedInSession) -> bool:
    """Whether a session is the one of this request."""
    return one.key_hash == hashed(session.get(_KEY, ""))


def end_others(person_id: str, which: str | None = None) -> int:
    """End a person's sessions but this one, or the one called `which`; how many there were."""
    wanted = [SignedInSession.person_id == person_id]
    wanted.append(SignedInSession.key_hash != hashed(session.get(_KEY, "")))
    if which is not None:
        wanted.append(SignedInSession.id == which)
    with current.runtime().write() as runtime:
        ended = runtime.scalars(
            delete(SignedInSession).where(*wanted).returning(SignedInSession.id)
        ).all()
    return len(ended)


def load_person() -> None:
    """Put the person of this request into `g.person` (None for the anonymous)."""
    g.person = None
    key = session.get(_KEY)
    if not key:
        return
    try:
        with current.runtime().read() as runtime:
            known = runtime.scalar(
                select(SignedInSession).where(SignedInSession.key_hash == hashed(key), ~_over())
            )
    except SessionsLost:
        log.warning("the sessions were lost and everybody signs in again")
        return
    if known is None:
        return
    with current.database().read() as database:
        g.person = people.active(database, known.person_id)
    if known.seen_at < utc_in(-min(_TOUCH_EVERY, _idle() / 4)):
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


def _idle() -> timedelta:
    return timedelta(seconds=current.settings().session_idle)


def _over() -> ColumnElement[bool]:
    """Sessions that were not used for too long, or are too old."""
    lifetime = timedelta(seconds=current.settings().session_lifetime)
    return or_(
        SignedInSession.seen_at < utc_in(-_idle()),
        SignedInSession.created_at < utc_in(-lifetime),
    )


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
