"""Who sees details of how the installation is: this machine, administrators, holders of the token.

Others learn the overall word alone: versions, file names and sizes help nobody but an attacker.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import g, request, session

from webapp import current
from webapp.accounts import sessions

_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


def from_this_machine() -> bool:
    """Whether the one who asks sits on this machine, and no proxy on it speaks for another one."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def holds_token() -> bool:
    """Whether the request carries `METRICS_TOKEN` as a bearer token (RFC 6750)."""
    token = current.settings().metrics_token
    given = request.authorization
    if not token or given is None or given.type != "bearer":
        return False
    return hmac.compare_digest((given.token or "").encode(), token.encode())


def is_admin() -> bool:
    """Whether an administrator asks; looks into the databases only where there is a session."""
    if not session:
        return False
    sessions.load_person()
    return g.person is not None and g.person.can("admin")


def sees_details(*, database_answers: bool = True) -> bool:
    """Whether the one who asks may see details; without a database nobody is an administrator."""
    return from_this_machine() or holds_token() or (database_answers and is_admin())
