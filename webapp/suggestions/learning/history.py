"""What was learnt here, what came of it, and what served when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from webapp.suggestions.learning import kept


@dataclass(frozen=True)
class Learnt:
    """One ranker that was taught here."""

    version: str
    made_at: str
    encoder: str
    taught: dict[str, int]
    """How many pairs of each kind."""
    promoted: bool
    reason: str
    served_from: tuple[str, ...]
    """Times at which it began to serve."""

    @property
    def taught_in_words(self) -> str:
        """Such as `12 approved, 3 rejected`."""
        return ", ".join(
            f"{count:,} {what.replace('_', ' ')}" for what, count in self.taught.items() if count
        )


@dataclass(frozen=True)
class History:
    """The rankers of this site, the newest first."""

    rankers: tuple[Learnt, ...]
    shipped_again: tuple[str, ...]
    """Times at which somebody went back to what ships with the program."""


def history(session: Session) -> History:
    """Read all of it."""
    served: dict[int | None, list[str]] = {}
    for one in kept.promotions(session):
        served.setdefault(one.ranker_id, []).append(one.at)
    return History(
        tuple(
            _learnt(row.report, row.version, row.encoder, row.model is not None, served.get(row.id))
            for row in reversed(kept.rankers(session))
        ),
        tuple(served.get(None, [])),
    )


def _learnt(
    report: dict[str, Any], version: str, encoder: str, promoted: bool, served: list[str] | None
) -> Learnt:
    return Learnt(
        version,
        report["made_at"],
        encoder,
        report["taught"],
        promoted,
        report["reason"],
        tuple(served or ()),
    )
