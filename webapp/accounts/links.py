"""One-time sign-in links: valid 15 minutes, usable once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from webapp.accounts.models import SignInLink
from webapp.accounts.people import enrol
from webapp.database import Database, utc_now

VALID_FOR = timedelta(minutes=15)
PROVIDER = "link"


def hashed(token: str) -> str:
    """What is stored instead of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(database: Database, runtime: Database, name: str, role: str) -> str:
    """A new one-time token for the person of this name, who is added or given this role.

    Raises `ValueError` where the name is blank or the role unknown.
    """
    with database.write() as session:
        person = enrol(session, PROVIDER, " ".join(name.split()).casefold(), name, role)
    token = secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + VALID_FOR
    with runtime.write() as session:
        session.execute(delete(SignInLink).where(SignInLink.expires_at < utc_now()))
        session.add(
            SignInLink(
                token_hash=hashed(token),
                person_id=person.id,
                expires_at=expires.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            )
        )
    return token


def peek(runtime: Database, token: str) -> str | None:
    """The id of the person whom a still usable token would sign in, without using it."""
    with runtime.read() as session:
        return session.scalar(select(SignInLink.person_id).where(*_usable(token)))


def redeem(runtime: Database, token: str) -> str | None:
    """Use a token up; the person's id, or None where it is unknown, used or expired.

    One UPDATE decides, so that of two people who press at once one is refused.
    """
    with runtime.write() as session:
        return session.scalar(
            update(SignInLink)
            .where(*_usable(token))
            .values(used_at=utc_now())
            .returning(SignInLink.person_id)
        )


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInLink.token_hash == hashed(token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > utc_now(),
    )
