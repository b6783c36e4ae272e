"""What the acts in the record mean, in words that follow a name. Free of Flask.

An act that is missing here is shown as it is recorded.
"""

from __future__ import annotations

WORDS = {
    "program.start": "started",
    "program.start-failed": "could not start",
    "program.restart": "restarted",
    "program.restart-failed": "could not restart",
    "snapshot.download": "downloaded",
    "sign-in.done": "signed in by",
    "sign-in.failed": "could not sign in by",
    "session.ended": "signed out elsewhere:",
    "person.added": "came first by",
    "identity.linked": "added the way to sign in",
    "identity.unlinked": "removed the way to sign in",
    "invitation.made": "made a link for a new",
    "workshop.made": "made a code for",
    "workshop.redeemed": "came by the code of",
    "workshop.revoked": "revoked the code of",
    "database.restore": "restored the database from",
    "role.change": "changed the role of",
    "person.block": "blocked",
    "person.unblock": "let in again",
    "person.sign-out": "signed out everywhere",
    "person.erase": "erased",
    "person.export": "took the data of",
    "token.make": "made the token",
    "token.use": "first used that day the token",
    "token.revoke": "revoked the token",
    "audit.download": "downloaded the audit log as",
}
