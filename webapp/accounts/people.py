"""Find, add and change people."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import ROLES, Identity, Person

NAME_MAX = 200


def find(session: Session, provider: str, subject: str) -> Person | None:
    """The person that a provider knows by this subject, or None."""
    return session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.provider == provider, Identity.subject == subject)
    )


def checked(name: str, role: str) -> str:
    """The name as it is kept: composed (NFC), without stray blanks and invisible characters.

    Raises `ValueError` for a blank or very long name or an unknown role.
    """
    name = visible(unicodedata.normalize("NFC", name))
    if not name:
        raise ValueError("A person needs a name.")
    if len(name) > NAME_MAX:
        raise ValueError(f"Use at most {NAME_MAX} characters for a name.")
    if role not in ROLES:
        raise ValueError(f"The role {role!r} is unknown; choose one of {', '.join(ROLES)}.")
    return name


def subject_of(name: str) -> str:
    """What somebody who signs in by a link is known by: the same for all spellings of one name.

    Else one person could come twice, and approve their own proposal (NFKC and case folding:
    Unicode Standard, section 3.13).
    """
    return visible(unicodedata.normalize("NFKC", name)).casefold()


def visible(text: str) -> str:
    """Text without invisible characters, and with single blanks between its words."""
    blanks = "".join(" " if one.isspace() else one for one in text)
    return " ".join(
        "".join(one for one in blanks if not unicodedata.category(one).startswith("C")).split()
    )


def enrol(
    session: Session, provider: str, subject: str, name: str, role: str, by: str | None = None
) -> Person:
    """The person behind an identity, added or brought up to this name and role; `by` decided so.

    Raises `ValueError` where the role is unknown or the name is blank, and `standing.Refused` where
    it would leave no administrator.
    """
    from webapp.accounts import standing  # it knows the tokens, which know names

    name = checked(name, role)
    person = find(session, provider, subject)
    if person is None:
        person = Person(name=name, role=role)
        session.add(person)
        session.flush()
        session.add(Identity(provider=provider, subject=subject, person_id=person.id))
    elif person.is_active:
        standing.change_role(session, person, role, by=by, way=provider)
    person.name, person.role = name, role
    return person


def is_taken(session: Session, name: str) -> bool:
    """Whether somebody has this name, however it is spelt; there are hundreds, so all are read."""
    wanted = subject_of(name)
    return any(subject_of(one) == wanted for one in session.scalars(select(Person.name)))


def get(session: Session, person_id: str) -> Person | None:
    """The person with this id, or None."""
    return session.get(Person, person_id)


def active(session: Session, person_id: str) -> Person | None:
    """The person with this id who may sign in, or None: nobody, blocked or erased."""
    person = session.get(Person, person_id)
    return person if person is not None and person.is_active else None


def is_listed_admin(provider: str, subject: str, listed: frozenset[str]) -> bool:
    """Whether the operator's list `ADMIN_USERS` (`provider:id`) names this identity.

    Names in links are compared as names are. Identifiers of providers are compared letter by
    letter: two that differ in case alone are two people (OpenID Connect Core 1.0, section 2).
    """
    if provider != "link":
        return f"{provider}:{subject}" in listed
    return subject_of(f"{provider}:{subject}") in {subject_of(name) for name in listed}
