"""What higher rooms add to the catalog's pages: the marks of mappings on Key Events and targets.

The catalog knows no mappings. It asks an `Overlay`; `NoOverlay` answers until curation registers
its own in `create_app()`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, cast

from flask import Flask, current_app
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent


@dataclass(frozen=True)
class Mark:
    """A mapping as a list shows it."""

    uuid: str
    state: str
    confidence: str
    key_event: int
    key_event_title: str
    target: str
    target_title: str
    resource: str


class Overlay(Protocol):
    """What the catalog asks of the room that holds mappings."""

    def for_key_events(
        self, session: Session, ids: Iterable[int], also: str = ""
    ) -> dict[int, list[Mark]]:
        """Live mappings by `key_event.id`, and those in the state `also`."""
        ...

    def for_targets(self, session: Session, ids: Iterable[int]) -> dict[int, list[Mark]]:
        """Live mappings by `target.id`."""
        ...

    def key_event_ids(self, state: str | None) -> Select[int]:
        """Ids of the Key Events with a mapping in this state, or in any live state for None."""
        ...


class NoOverlay:
    """No mappings anywhere."""

    def for_key_events(
        self, session: Session, ids: Iterable[int], also: str = ""
    ) -> dict[int, list[Mark]]:
        """No marks."""
        return {}

    def for_targets(self, session: Session, ids: Iterable[int]) -> dict[int, list[Mark]]:
        """No marks."""
        return {}

    def key_event_ids(self, state: str | None) -> Select[int]:
        """No ids."""
        return select(KeyEvent.id).where(KeyEvent.id.is_(None))


def register(app: Flask, overlay: Overlay) -> None:
    """Let another room mark the catalog's pages."""
    app.extensions["kewp.overlay"] = overlay


def overlay() -> Overlay:
    """The overlay of the running application."""
    return cast(Overlay, current_app.extensions.get("kewp.overlay", NoOverlay()))
