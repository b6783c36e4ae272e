"""What administrators decide about a person: the role, and whether they may come in at all.

Each decision is one transaction with its act in the record. It holds at once: every request looks
the person up, so a session that is open has no more than it says here. Who is blocked loses their
tokens for good; their sessions are ended by `signed_in.end`.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.accounts import audit, tokens
from webapp.accounts.models import ROLES, Person
from webapp.database import utc_now


class Refused(ValueError):
    """It cannot be done; its text is a sentence for whoever asked."""


def change_role(
    session: Session, person: Person, role: str, *, by: str | None, way: str | None = None
) -> bool:
    """Give a person another role; False where they have it already.

    `by` is the id of whoever decided, None for the operator; `way` says what they used where it
    was no page: `command`. Raises `Refused` for an unknown role and for the last administrator.
    """
    if role not in ROLES:
        raise Refused(f"The role {role!r} is unknown; choose one of {', '.join(ROLES)}.")
    _require_known(person)
    if person.role == role:
        return False
    if role != "admin":
        keep_an_admin(session, person)
    audit.record(
        session,
        "role.change",
        person.id,
        person_id=by,
        before=person.role,
        after=role,
        way=way,
    )
    person.role = role
    return True


def block(session: Session, person: Person, *, by: str | None, way: str | None = None) -> bool:
    """Let a person in no more, and revoke their tokens; False where that is so already.

    Raises `Refused` for the last administrator.
    """
    _require_known(person)
    if person.blocked_at:
        return False
    keep_an_admin(session, person)
    audit.record(session, "person.block", person.id, person_id=by, way=way)
    tokens.revoke_all(session, person.id, by=by)
    person.blocked_at = utc_now()
    return True


def unblock(session: Session, person: Person, *, by: str | None, way: str | None = None) -> bool:
    """Let a blocked person in again; False where they are not blocked."""
    _require_known(person)
    if not person.blocked_at:
        return False
    audit.record(session, "person.unblock", person.id, person_id=by, way=way)
    person.blocked_at = None
    return True


def keep_an_admin(session: Session, leaving: Person) -> None:
    """Raise `Refused` where no administrator would be left without this person."""
    if leaving.role != "admin" or not leaving.is_active:
        return
    others = session.scalar(
        select(func.count()).where(
            Person.role == "admin",
            Person.blocked_at.is_(None),
            Person.erased_at.is_(None),
            Person.id != leaving.id,
        )
    )
    if not others:
        raise Refused(
            f"{leaving.name} is the last administrator. Make somebody else one first; nothing was "
            "changed."
        )


def _require_known(person: Person) -> None:
    if person.erased_at:
        raise Refused(f"{person.name} was erased; nothing can be changed about them.")
