"""What a person has done in higher rooms, for the people page and the export of one's own data.

Accounts knows no mappings. It asks a `Work`; `NoWork` answers until curation registers its own in
`create_app()`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol, cast

from flask import Flask, current_app
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Count:
    """How much somebody did."""

    proposals: int = 0
    reviews: int = 0


class Work(Protocol):
    """What accounts asks of the room that holds people's work."""

    def counts(self, session: Session, person_ids: Collection[str]) -> dict[str, Count]:
        """How much each of these people did; who did nothing may be absent."""
        ...

    def of(self, session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """All that somebody wrote and decided, by kind, in order of time."""
        ...


class NoWork:
    """Nobody did anything."""

    def counts(self, session: Session, person_ids: Collection[str]) -> dict[str, Count]:
        """No counts."""
        return {}

    def of(self, session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """No work."""
        return {}


def register(app: Flask, work: Work) -> None:
    """Let another room tell what people did."""
    app.extensions["kewp.work"] = work


def work() -> Work:
    """The work of the running application."""
    return cast(Work, current_app.extensions.get("kewp.work", NoWork()))
