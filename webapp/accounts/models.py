"""Tables of people. `person.id` is opaque: history refers to it, so that a name can be erased."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts.runtime import RuntimeBase
from webapp.database import Base, utc_now

ROLES = ("curator", "reviewer", "admin")
SCOPES = ("read", "propose", "review")
"""What a token may do; each includes those before it."""

_SCOPE_OF = {"curate": "propose", "review": "review"}


def _new_id() -> str:
    return uuid4().hex


class Person(Base):
    """Somebody who signs in; credit in exports is their `name` (and ORCID iD where known).

    Who is blocked or erased may do nothing and is never the person of a request. `scope` is set
    where a token speaks for them: it may do no more than that.
    """

    __tablename__ = "person"
    __allow_unmapped__ = True

    id: Mapped[str] = mapped_column(primary_key=True, default=_new_id)
    name: Mapped[str]
    role: Mapped[str]
    orcid: Mapped[str | None]
    created_at: Mapped[str] = mapped_column(default=utc_now)
    blocked_at: Mapped[str | None]
    erased_at: Mapped[str | None]
    scope: str | None = None

    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in at all."""
        return not self.blocked_at and not self.erased_at

    def can(self, action: str) -> bool:
        """Whether role, and token if one is used, allow `curate`, `review` or `admin`."""
        if not self.is_active:
            return False
        if self.scope is not None and not covers(self.scope, action):
            return False
        return ROLES.index(self.role) >= {"curate": 0, "review": 1, "admin": 2}[action]


def covers(scope: str, action: str) -> bool:
    """Whether the scope of a token covers `curate` or `review`; none covers `admin`."""
    wanted = _SCOPE_OF.get(action)
    return wanted is not None and SCOPES.index(scope) >= SCOPES.index(wanted)


class Identity(Base):
    """A way to recognise a person: `provider:subject`; one person may have several."""

    __tablename__ = "identity"

    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    shown: Mapped[str | None]
    """What tells the person which account it is: an ORCID iD, a login of GitHub."""
    created_at: Mapped[str | None] = mapped_column(default=utc_now)


class WorkshopCode(Base):
    """A code that lets a class work as guests; only a keyed hash of it is kept.

    `uses` counts the people who came by it; who comes back is not counted again.
    """

    __tablename__ = "workshop_code"

    id: Mapped[str] = mapped_column(primary_key=True, default=_new_id)
    label: Mapped[str]
    code_hash: Mapped[str] = mapped_column(unique=True)
    uses_allowed: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[str] = mapped_column(default=utc_now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[str]
    revoked_at: Mapped[str | None]

    __table_args__ = (CheckConstraint("uses <= uses_allowed", name="uses"),)


class ApiToken(Base):
    """A key with which a program acts for a person; only its SHA-256 is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    scope: Mapped[str]
    created_at: Mapped[str] = mapped_column(default=utc_now)
    expires_at: Mapped[str]
    used_at: Mapped[str | None]
    revoked_at: Mapped[str | None]

    __table_args__ = (CheckConstraint(f"scope IN {SCOPES}", name="scope"),)


class AuditEvent(Base):
    """An act outside the life of a mapping that somebody may be asked about; see `audit`.

    `person_id` is None where no person acted; `detail` holds only what the act needs to be
    understood, never a secret. Triggers refuse every change.
    """

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(default=utc_now, index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    act: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class SignInLink(RuntimeBase):
    """A one-time link; only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    expires_at: Mapped[str]
    used_at: Mapped[str | None]
    issued_by: Mapped[str | None]
    """The administrator who made it, who must still be one when it is used; None: a command."""


class SignInAttempt(RuntimeBase):
    """A sign-in that a browser began with a provider and has not come back from.

    `browser_hash` binds it to that browser, `person_id` is set where somebody who is signed in
    wants to add this way.
    """

    __tablename__ = "sign_in_attempt"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    browser_hash: Mapped[str]
    provider: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    destination: Mapped[str]
    person_id: Mapped[str | None]
    expires_at: Mapped[str] = mapped_column(index=True)


class SignedInSession(RuntimeBase):
    """A browser that is signed in; only the SHA-256 of its session key is kept."""

    __tablename__ = "signed_in_session"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True, default=_new_id)
    """What it is called where its person looks at it."""
    way: Mapped[str]
    browser: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[str]
    seen_at: Mapped[str]
