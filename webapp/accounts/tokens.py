"""Tokens: keys with which programs act for a person. Free of Flask.

A token is 256 random bits behind `kewp_`, so that scanners of leaked secrets know one. It is shown
once; only its SHA-256 is kept. It may never do more than its scope, nor more than the person's role
is at that moment, and it ends by itself.
"""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.accounts import audit
from webapp.accounts.links import hashed
from webapp.accounts.models import SCOPES, ApiToken, Person, covers
from webapp.accounts.people import visible
from webapp.database import Database, is_busy, is_full, utc_now

log = logging.getLogger(__name__)

PREFIX = "kewp_"
DAYS = (7, 30, 90, 365)
"""How long a token may be valid."""
MOST = 20
"""So many usable tokens a person may have."""
NAME_MAX = 80
FORGOTTEN_AFTER = timedelta(days=90)
"""An ended token stays on its person's list for so long."""
_NOTE_EVERY = timedelta(minutes=10)


class Refused(ValueError):
    """A token cannot be made: what is wrong with each field of the form."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


def offered(person: Person) -> list[str]:
    """The scopes that a person's role has room for."""
    return [
        scope
        for scope in SCOPES
        if all(person.can(action) for action in ("curate", "review") if covers(scope, action))
    ]


def make(session: Session, person: Person, name: str, scope: str, days: int) -> tuple[str, str]:
    """A new token of a person; returns its text, which nobody can look up later, and its id.

    Raises `Refused` naming every field that has to be mended.
    """
    name = visible(name)
    wrong = {}
    if not name or len(name) > NAME_MAX:
        wrong["name"] = f"Say in 1 to {NAME_MAX} characters which program it is for."
    if scope not in SCOPES:
        wrong["scope"] = f"Choose one of {', '.join(SCOPES)}."
    elif scope not in offered(person):
        wrong["scope"] = f"Your role is {person.role}; a token cannot do more than you."
    if days not in DAYS:
        wrong["days"] = f"Choose {', '.join(str(one) for one in DAYS)} days."
    if len(usable(session, person.id)) >= MOST:
        wrong["name"] = f"You have {MOST} usable tokens. Revoke one first."
    if wrong:
        raise Refused(wrong)
    _forget(session, person.id)
    text = PREFIX + secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + timedelta(days=days)
    row = ApiToken(
        id=uuid4().hex[:12],
        token_hash=hashed(text),
        person_id=person.id,
        name=name,
        scope=scope,
        expires_at=_iso(expires),
    )
    audit.record(
        session, "token.make", row.id, person_id=person.id, scope=scope, expires=row.expires_at[:10]
    )
    session.add(row)
    return text, row.id


def of(session: Session, person_id: str) -> list[ApiToken]:
    """All tokens of a person that are still known, newest first, ended ones too."""
    return list(
        session.scalars(
            select(ApiToken)
            .where(ApiToken.person_id == person_id)
            .order_by(ApiToken.created_at.desc(), ApiToken.id)
        )
    )


def usable(session: Session, person_id: str) -> list[ApiToken]:
    """The tokens of a person that are neither expired nor revoked."""
    return [one for one in of(session, person_id) if state(one) == "usable"]


def state(token: ApiToken) -> str:
    """`usable`, `expired` or `revoked`."""
    if token.revoked_at:
        return "revoked"
    return "usable" if token.expires_at > utc_now() else "expired"


def find(session: Session, text: str) -> tuple[ApiToken, Person] | None:
    """The token of this text and its person, whatever state they are in."""
    row = session.execute(
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.token_hash == hashed(text))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def note_use(database: Database, token: ApiToken) -> None:
    """Note when a token was used, every ten minutes; the first use of a day stands in the record.

    Where the database is busy or full the next use does it: reading must not fail for that, and
    what a token changes has a history of its own.
    """
    now = utc_now()
    if token.used_at and token.used_at > _iso(datetime.now(UTC) - _NOTE_EVERY):
        return
    try:
        with database.write() as session:
            before = session.scalar(select(ApiToken.used_at).where(ApiToken.id == token.id))
            if (before or "")[:10] != now[:10]:
                audit.record(
                    session, "token.use", token.id, person_id=token.person_id, scope=token.scope
                )
            session.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=now))
    except OperationalError as error:
        if not is_busy(error) and not is_full(error):
            raise
        log.warning("the use of a token could not be noted: %s", error.orig)


def revoke(session: Session, token_id: str, person_id: str, *, by: str | None) -> bool:
    """End a token of this person; False where it is not theirs or has ended already."""
    token = session.get(ApiToken, token_id)
    if token is None or token.person_id != person_id or state(token) != "usable":
        return False
    audit.record(session, "token.revoke", token.id, person_id=by)
    token.revoked_at = utc_now()
    return True


def revoke_all(session: Session, person_id: str, *, by: str | None) -> int:
    """End all tokens of a person; returns how many that were."""
    return sum(revoke(session, one.id, person_id, by=by) for one in usable(session, person_id))


def counts(session: Session, person_ids: list[str]) -> dict[str, int]:
    """How many usable tokens each of these people has."""
    rows = session.execute(
        select(ApiToken.person_id, func.count())
        .where(
            ApiToken.person_id.in_(person_ids),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > utc_now(),
        )
        .group_by(ApiToken.person_id)
    )
    return dict(rows.tuples().all())


def _forget(session: Session, person_id: str) -> None:
    earliest = _iso(datetime.now(UTC) - FORGOTTEN_AFTER)
    session.execute(
        delete(ApiToken).where(
            ApiToken.person_id == person_id,
            (ApiToken.revoked_at < earliest) | (ApiToken.expires_at < earliest),
        )
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
