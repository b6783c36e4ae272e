"""Everything that is kept about one person, for that person to take along. Free of Flask."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts import audit, roster, tokens
from webapp.accounts.models import Person, SignedInSession
from webapp.database import Database, utc_now


def about(
    session: Session, runtime: Database, person: Person, work: dict[str, Any]
) -> dict[str, Any]:
    """What the site keeps about a person, as JSON; no key or hash of one is in it.

    `work` is what higher rooms tell of them.
    """
    ways = roster.identities(session, person.id)
    with runtime.read() as kept:
        sessions = [
            {
                "signed_in_at": one.created_at,
                "seen_at": one.seen_at,
                "way": one.way,
                "browser": one.browser,
            }
            for one in kept.scalars(
                select(SignedInSession).where(SignedInSession.person_id == person.id)
            )
        ]
    rows = session.execute(audit.query(audit.Wanted(person=person.id)))
    return {
        "made_at": utc_now(),
        "person": {
            "id": person.id,
            "name": person.name,
            "orcid": person.orcid,
            "role": person.role,
            "known_since": person.created_at,
            "blocked_at": person.blocked_at,
        },
        "identities": [
            {"id": f"{one.provider}:{one.subject}", "called": one.shown, "since": one.created_at}
            for one in ways
        ],
        "sessions": sessions,
        "tokens": [
            {
                "id": one.id,
                "name": one.name,
                "scope": one.scope,
                "state": tokens.state(one),
                "created_at": one.created_at,
                "expires_at": one.expires_at,
                "used_at": one.used_at,
            }
            for one in tokens.of(session, person.id)
        ],
        "acts": [
            {
                "at": one.at,
                "act": one.act,
                "by_you": one.person_id == person.id,
                "subject": one.subject,
                "detail": one.detail,
            }
            for one in map(audit.of_row, rows)
        ],
        **work,
    }
