"""Guessing takes for ever: failed sign-ins are limited, successful ones are not.

So a class of thirty behind one address comes in at once, and somebody who tries codes does not. It
counts per person, and per address for the anonymous, over all workers.
"""

from __future__ import annotations

import time

from flask import current_app, g
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter

from webapp import current
from webapp.accounts import audit
from webapp.errors import Problem
from webapp.security import client_address

FAILURES = parse("100/10 minutes")
"""Three mistakes each of a class of thirty; of the codes there can be, one in 10^15."""

STARTS = parse("300/10 minutes")
"""Each start with a provider is kept for a while, so nobody begins thousands."""

_NAME = "failed sign-in"


def refuse_guessing() -> None:
    """Raise the problem (429) where there were too many failures; call it before looking."""
    if not _limiter().test(FAILURES, _NAME, _who()):
        raise _too_many(FAILURES, _NAME, "Too many failed attempts.", "signing in failed too often")


def count_start() -> None:
    """Count a sign-in that is begun with a provider; raises the problem (429) beyond `STARTS`."""
    name = "begun sign-in"
    if not _limiter().hit(STARTS, name, _who()):
        raise _too_many(STARTS, name, "Too many attempts.", "signing in was begun too often")


def _too_many(item: RateLimitItem, name: str, title: str, what: str) -> Problem:
    reset = _limiter().get_window_stats(item, name, _who()).reset_time
    wait = max(1, int(reset - time.time()))
    minutes = (wait + 59) // 60
    return Problem(
        429,
        title,
        f"From where you are, {what}. Wait {minutes} minute{'' if minutes == 1 else 's'}, then "
        "try again.",
        retry_after=wait,
    )


def note(way: str, reason: str) -> None:
    """Count a failure and record it; `way` and `reason` are words of ours, never what was typed."""
    _limiter().hit(FAILURES, _NAME, _who())
    person = g.get("person")
    with current.database().write() as session:
        audit.record(
            session, "sign-in.failed", way, person_id=person.id if person else None, reason=reason
        )


def _limiter() -> FixedWindowRateLimiter:
    limiter: FixedWindowRateLimiter = current_app.extensions["kewp.limiter"]
    return limiter


def _who() -> str:
    person = g.get("person")
    return person.id if person else client_address()
