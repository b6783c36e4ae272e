"""Sign-ins that were begun with a provider: each is finished once, by the browser that began it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from webapp.accounts.links import hashed
from webapp.accounts.models import SignInAttempt
from webapp.accounts.providers.interface import Started
from webapp.database import Database, utc_in, utc_now

VALID_FOR = timedelta(minutes=15)


def keep(
    runtime: Database,
    started: Started,
    *,
    provider: str,
    browser: str,
    destination: str,
    person_id: str | None,
) -> None:
    """Remember what was begun; `browser` is a secret that only this browser knows."""
    with runtime.write() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.expires_at < utc_now()))
        session.add(
            SignInAttempt(
                state_hash=hashed(started.state),
                browser_hash=hashed(browser),
                provider=provider,
                nonce=started.nonce,
                verifier=started.verifier,
                destination=destination,
                person_id=person_id,
                expires_at=utc_in(VALID_FOR),
            )
        )


def take(runtime: Database, state: str, *, provider: str, browser: str) -> SignInAttempt | None:
    """What was begun under this state, which is thereby used up.

    None where nothing was, where it is too long ago, or where another browser or another provider
    comes back with it; then it stays.
    """
    with runtime.write() as session:
        return session.scalar(
            delete(SignInAttempt)
            .where(
                SignInAttempt.state_hash == hashed(state),
                SignInAttempt.browser_hash == hashed(browser),
                SignInAttempt.provider == provider,
                SignInAttempt.expires_at > utc_now(),
            )
            .returning(SignInAttempt)
        )
