"""Which browsers a person is signed in with, for rules and commands. Free of Flask."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select

from webapp.accounts.models import SignedInSession
from webapp.database import Database


def end(runtime: Database, person_id: str) -> int:
    """End every session of a person; returns how many there were."""
    with runtime.write() as session:
        done = session.execute(
            delete(SignedInSession)
            .where(SignedInSession.person_id == person_id)
            .returning(SignedInSession.key_hash)
        )
        return len(done.all())


def seen(runtime: Database, person_ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    """How many sessions each of these people has, and when the newest of them was in use."""
    with runtime.read() as session:
        rows = session.execute(
            select(SignedInSession.person_id, func.count(), func.max(SignedInSession.seen_at))
            .where(SignedInSession.person_id.in_(list(person_ids)))
            .group_by(SignedInSession.person_id)
        )
        return {person: (count, at) for person, count, at in rows}
