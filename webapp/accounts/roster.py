"""The list of people as administrators see it. Free of Flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from webapp.accounts import signed_in
from webapp.accounts.models import ROLES, ApiToken, AuditEvent, Identity, Person
from webapp.accounts.people import is_listed_admin
from webapp.database import Database

STANDINGS = (*ROLES, "blocked", "erased")
"""What the list can be narrowed to; without it, everybody but the erased."""


@dataclass(frozen=True)
class Seen:
    """How a person comes in: ways of signing in, open sessions, when last."""

    providers: tuple[str, ...] = ()
    sessions: int = 0
    last_seen: str | None = None


def query(text: str = "", standing: str = "") -> Select[Person]:
    """People whose name, ORCID iD or identity holds the text, by name."""
    found = select(Person).order_by(func.lower(Person.name), Person.id)
    if text:
        named = select(Identity.person_id).where(
            (Identity.provider + ":" + Identity.subject).icontains(text, autoescape=True)
        )
        found = found.where(
            or_(
                Person.name.icontains(text, autoescape=True),
                Person.orcid.icontains(text, autoescape=True),
                Person.id.in_(named),
                Person.id == text,
            )
        )
    return found.where(*_standing(standing))


def _standing(standing: str) -> tuple[ColumnElement[bool], ...]:
    if standing == "erased":
        return (Person.erased_at.is_not(None),)
    if standing == "blocked":
        return (Person.erased_at.is_(None), Person.blocked_at.is_not(None))
    if standing:
        return (Person.erased_at.is_(None), Person.role == standing)
    return (Person.erased_at.is_(None),)


def how_they_come(session: Session, runtime: Database, person_ids: list[str]) -> dict[str, Seen]:
    """Providers, sessions and last sight of each of these people.

    Somebody was last seen when a session or token of theirs was in use, or when they last did
    something that is on record; sessions that ended leave no other trace.
    """
    providers: dict[str, list[str]] = {one: [] for one in person_ids}
    for person, provider in session.execute(
        select(Identity.person_id, Identity.provider)
        .where(Identity.person_id.in_(person_ids))
        .distinct()
        .order_by(Identity.provider)
    ):
        providers[person].append(provider)
    times: dict[str, list[str]] = {one: [] for one in person_ids}
    for statement in (
        select(ApiToken.person_id, func.max(ApiToken.used_at))
        .where(ApiToken.person_id.in_(person_ids))
        .group_by(ApiToken.person_id),
        select(AuditEvent.person_id, func.max(AuditEvent.at))
        .where(AuditEvent.person_id.in_(person_ids))
        .group_by(AuditEvent.person_id),
    ):
        for person, at in session.execute(statement):
            times[person].append(at or "")
    open_now = signed_in.seen(runtime, person_ids)
    return {
        one: Seen(
            tuple(providers[one]),
            open_now.get(one, (0, ""))[0],
            max([*times[one], open_now.get(one, (0, ""))[1]]) or None,
        )
        for one in person_ids
    }


def identities(session: Session, person_id: str) -> Sequence[Identity]:
    """The ways in which a person signs in."""
    return session.scalars(
        select(Identity)
        .where(Identity.person_id == person_id)
        .order_by(Identity.provider, Identity.subject)
    ).all()


def is_listed(ways: Sequence[Identity], listed: frozenset[str]) -> bool:
    """Whether the operator's list of administrators names one of these identities."""
    return any(is_listed_admin(one.provider, one.subject, listed) for one in ways)


def named(session: Session, words: str) -> list[Person]:
    """The people that an operator means by an id, `provider:id` or a whole name."""
    provider, _, subject = words.partition(":")
    by_identity = select(Identity.person_id).where(
        Identity.provider == provider, func.lower(Identity.subject) == subject.lower()
    )
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.erased_at.is_(None),
                or_(
                    Person.id == words,
                    func.lower(Person.name) == words.lower(),
                    Person.id.in_(by_identity),
                ),
            )
            .order_by(Person.created_at)
        )
    )
