"""Codes of workshops: a class types one and works as guests, each under a name of their own.

A guest is recognised by the browser and the name together, so that the same person comes back as
the same, and the next one at the same machine does not.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from webapp.accounts import audit, people
from webapp.accounts.models import Identity, Person, WorkshopCode
from webapp.database import Database, utc_in, utc_now

PROVIDER = "workshop"
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that look or sound alike: I and 1, L, O and 0, U and V in some hands."""

_GROUPS, _LENGTH = 3, 4
"""`K7QX-3MPA-9RTD`: 30 letters to the power of 12, 58 bits; nobody guesses one in a few days."""

LABEL_MAX = 100
USES_MAX = 1000
LONGEST = timedelta(days=90)


class NotRedeemed(ValueError):
    """A code that lets nobody in, or not under this name; `field` is the one to mend."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Unfit(ValueError):
    """A code that cannot be made so; `field` is what to mend: `label`, `uses` or `days`."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Guest:
    """Somebody who came by a code."""

    person: Person
    label: str


def make(
    database: Database,
    secret: str,
    *,
    label: str,
    uses: int,
    valid_for: timedelta,
    person_id: str | None = None,
) -> str:
    """A new code, told this once; recorded. Raises `Unfit`."""
    label = " ".join(label.split())
    if not label or len(label) > LABEL_MAX:
        raise Unfit("label", f"Give the workshop a name of at most {LABEL_MAX} characters.")
    if not 1 <= uses <= USES_MAX:
        raise Unfit("uses", f"Give a number of people from 1 to {USES_MAX}.")
    if not timedelta() < valid_for <= LONGEST:
        raise Unfit("days", f"A code is valid for 1 to {LONGEST.days} days.")
    code = "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS)
    )
    with database.write() as session:
        audit.record(session, "workshop.made", label, person_id=person_id, uses=uses)
        session.add(
            WorkshopCode(
                label=label,
                code_hash=keyed_hash(secret, code),
                uses_allowed=uses,
                created_by=person_id,
                expires_at=utc_in(valid_for),
            )
        )
    return code


def redeem(database: Database, secret: str, code: str, name: str, browser: str) -> Guest:
    """The guest of this name in this browser, added where they are new; recorded.

    One transaction counts the use and adds the person, so that of thirty who press at once no more
    come in than may. Raises `NotRedeemed`.
    """
    try:
        name = people.checked(name, "curator")
    except ValueError as error:
        raise NotRedeemed("name", str(error)) from None
    subject = _subject(browser, name)
    with database.write() as session:
        found = session.scalar(
            select(WorkshopCode).where(
                WorkshopCode.code_hash == keyed_hash(secret, code), *_in_force()
            )
        )
        if found is None:
            raise NotRedeemed("code", "This code is not valid. Look at it again, letter by letter.")
        person = people.find(session, PROVIDER, subject)
        if person is None:
            person = _new_guest(session, found, subject, name)
        elif person.role != "curator" or _has_another_way(session, person):
            # Whoever sits at this browser later knows name and code, and nothing that is theirs.
            raise NotRedeemed("name", "Sign in as you do otherwise: you are no guest any more.")
        audit.record(session, "workshop.redeemed", found.label, person_id=person.id)
    return Guest(person, found.label)


def _has_another_way(session: Session, person: Person) -> bool:
    others = select(Identity.subject).where(
        Identity.person_id == person.id, Identity.provider != PROVIDER
    )
    return session.scalar(others.limit(1)) is not None


def revoke(database: Database, code_id: str, person_id: str | None = None) -> str | None:
    """Let a code let nobody in any longer; its label, or None where none is in force; recorded.

    Who came by it goes on.
    """
    with database.write() as session:
        label = session.scalar(
            update(WorkshopCode)
            .where(WorkshopCode.id == code_id, WorkshopCode.revoked_at.is_(None))
            .values(revoked_at=utc_now())
            .returning(WorkshopCode.label)
        )
        if label is not None:
            audit.record(session, "workshop.revoked", label, person_id=person_id)
    return label


def all_codes(session: Session) -> Sequence[WorkshopCode]:
    """All codes there ever were, newest first."""
    return session.scalars(select(WorkshopCode).order_by(WorkshopCode.created_at.desc())).all()


def state_of(code: WorkshopCode) -> str:
    """`open`, `revoked`, `expired` or `full`."""
    if code.revoked_at:
        return "revoked"
    if code.expires_at <= utc_now():
        return "expired"
    return "full" if code.uses >= code.uses_allowed else "open"


def keyed_hash(secret: str, code: str) -> str:
    """What is stored instead of a code; without our secret, nobody can try codes on it.

    Blanks, dashes and the case of the letters do not matter.
    """
    letters = "".join(one for one in code.upper() if one.isalnum())
    return hmac.new(secret.encode(), b"workshop " + letters.encode(), hashlib.sha256).hexdigest()


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return (WorkshopCode.revoked_at.is_(None), WorkshopCode.expires_at > utc_now())


def _subject(browser: str, name: str) -> str:
    text = f"{browser}\n{people.subject_of(name)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _new_guest(session: Session, code: WorkshopCode, subject: str, name: str) -> Person:
    if people.is_taken(session, name):
        raise NotRedeemed(
            "name", "Somebody here has this name already. Add something that tells you apart."
        )
    if code.uses >= code.uses_allowed:
        raise NotRedeemed(
            "code", "As many people as this code is for have used it. Ask whoever gave it to you."
        )
    code.uses += 1
    person = Person(name=name, role="curator")
    session.add(person)
    session.flush()
    session.add(Identity(provider=PROVIDER, subject=subject, person_id=person.id, shown=code.label))
    return person
