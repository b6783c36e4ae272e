"""The record of acts that somebody may be asked about: restarts, downloads of snapshots, roles.

What happens to a mapping stands in its own history (`curation`); this is for everything else. The
record is append-only: triggers of the database refuse changes and deletions.

An act is a dotted word, its subject first (`program.restart`, `snapshot.download`), so that acts
of one kind stand together. Record it before you do what cannot be taken back: an act that cannot
be recorded is not done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import AuditEvent, Person


@dataclass(frozen=True)
class Act:
    """One recorded act; `person` is the name as it is now, None where no person acted."""

    at: str
    person: str | None
    act: str
    subject: str
    detail: dict[str, Any]


def record(
    session: Session,
    act: str,
    subject: str = "",
    *,
    person_id: str | None = None,
    **detail: str | int | None,
) -> None:
    """Add an act to the record, in the transaction of `session`.

    `subject` is what it was done to, by the name that people know it by.
    """
    session.add(AuditEvent(person_id=person_id, act=act, subject=subject, detail=detail))


def newest(session: Session, limit: int) -> list[Act]:
    """The last acts, newest first."""
    rows = session.execute(
        select(AuditEvent, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    )
    return [Act(one.at, name, one.act, one.subject, one.detail) for one, name in rows]
