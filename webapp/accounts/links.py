"""One-time sign-in links: valid for a while, usable once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update

from webapp.accounts.models import SignInLink
from webapp.accounts.people import checked
from webapp.database import Database, utc_in, utc_now

VALID_FOR = timedelta(minutes=15)
PROVIDER = "link"


def hashed(token: str) -> str:
    """What is stored instead of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(
    runtime: Database,
    name: str,
    role: str,
    valid_for: timedelta = VALID_FOR,
    issued_by: str | None = None,
) -> str:
    """A new one-time token that will sign in somebody of this name in this role.

    Nothing changes before it is used. Raises `ValueError` where the name is blank or the role
    unknown.
    """
    name = checked(name, role)
    token = secrets.token_urlsafe(32)
    with runtime.write() as session:
        session.execute(delete(SignInLink).where(SignInLink.expires_at < utc_now()))
        session.add(
            SignInLink(
                token_hash=hashed(token),
                name=name,
                role=role,
                expires_at=utc_in(valid_for),
                issued_by=issued_by,
            )
        )
    return token


def peek(runtime: Database, token: str) -> SignInLink | None:
    """A link that can still be used, without using it."""
    with runtime.read() as session:
        return session.scalar(select(SignInLink).where(*_usable(token)))


def redeem(runtime: Database, token: str) -> bool:
    """Use a token up; False where it is unknown, used or expired.

    One UPDATE decides, so that of two people who press at once one is refused.
    """
    with runtime.write() as session:
        used = session.scalar(
            update(SignInLink)
            .where(*_usable(token))
            .values(used_at=utc_now())
            .returning(SignInLink.token_hash)
        )
    return used is not None


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInLink.token_hash == hashed(token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > utc_now(),
    )
