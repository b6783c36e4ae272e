"""Who is behind an identity: known people, new ones, and several ways in for one person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.accounts import audit, people, standing
from webapp.accounts.models import Identity, Person
from webapp.accounts.providers.interface import Recognised
from webapp.database import Database


class Unwelcome(Exception):
    """Somebody whom nobody knows here, and this site takes nobody it does not know."""


class NotLinked(ValueError):
    """A way in that cannot be added or removed; its text is for the person."""


def arrive(
    database: Database,
    provider: str,
    who: Recognised,
    *,
    admins: frozenset[str],
    new_people: str,
) -> Person:
    """The person whom a provider recognised, added where they are new; recorded.

    The name is taken over once: here, it is credit for work and not what a provider calls somebody
    today. Raises `Unwelcome` for a new one where `new_people` is `nobody`.
    """
    listed = people.is_listed_admin(provider, who.subject, admins)
    with database.write() as session:
        person = people.find(session, provider, who.subject)
        if person is None:
            if new_people == "nobody" and not listed:
                raise Unwelcome
            person = Person(name=_name_of(who), role="admin" if listed else "curator")
            session.add(person)
            session.flush()
            session.add(Identity(provider=provider, subject=who.subject, person_id=person.id))
            session.flush()
            audit.record(session, "person.added", provider, person_id=person.id)
        if listed and person.role != "admin" and person.is_active:
            standing.change_role(session, person, "admin", by=None, way=provider)
        _note(session, person, provider, who)
        if person.is_active:
            audit.record(session, "sign-in.done", provider, person_id=person.id)
    return person


def link(database: Database, person_id: str, provider: str, label: str, who: Recognised) -> None:
    """Let somebody sign in this way too; recorded. Raises `NotLinked`."""
    with database.write() as session:
        person = people.get(session, person_id)
        if person is None or not person.is_active:
            raise NotLinked("Your account is no longer here.")
        known = people.find(session, provider, who.subject)
        if known is not None and known.id != person.id:
            raise NotLinked(
                f"This account of {label} signs in somebody else here. If both are you, ask an "
                "administrator which of the two to go on with."
            )
        if who.orcid and person.orcid and person.orcid != who.orcid:
            raise NotLinked(
                f"Your work is credited to {person.orcid}. A person has one ORCID iD; remove that "
                "one first if it is not yours."
            )
        if known is None:
            session.add(Identity(provider=provider, subject=who.subject, person_id=person.id))
            session.flush()
            audit.record(session, "identity.linked", provider, person_id=person.id)
        _note(session, person, provider, who)


def unlink(database: Database, person_id: str, provider: str, subject: str) -> None:
    """Take a way in from somebody; recorded. Raises `NotLinked` for the last one.

    With an ORCID iD goes the credit to it: nobody vouches for it any longer.
    """
    with database.write() as session:
        ways = ways_of(session, person_id)
        found = [one for one in ways if (one.provider, one.subject) == (provider, subject)]
        if not found:
            raise NotLinked("This is no way to sign in of yours; perhaps it was removed already.")
        if len(ways) == 1:
            raise NotLinked("This is your only way to sign in. Add another one first.")
        session.execute(
            delete(Identity).where(Identity.provider == provider, Identity.subject == subject)
        )
        person = people.get(session, person_id)
        if person is not None and provider == "orcid" and person.orcid == subject:
            person.orcid = None
        audit.record(session, "identity.unlinked", provider, person_id=person_id)


def ways_of(session: Session, person_id: str) -> Sequence[Identity]:
    """All ways in which somebody can sign in, oldest first."""
    return session.scalars(
        select(Identity)
        .where(Identity.person_id == person_id)
        .order_by(Identity.created_at, Identity.provider, Identity.subject)
    ).all()


def _note(session: Session, person: Person, provider: str, who: Recognised) -> None:
    identity = session.get(Identity, (provider, who.subject))
    if identity is not None:
        identity.shown = who.shown[: people.NAME_MAX]
    if who.orcid and person.orcid is None:
        person.orcid = who.orcid


def _name_of(who: Recognised) -> str:
    """What the provider calls them, as far as it is a name."""
    for name in (who.name[: people.NAME_MAX], who.shown[: people.NAME_MAX]):
        try:
            return people.checked(name, "curator")
        except ValueError:
            continue
    return "Somebody without a name"
