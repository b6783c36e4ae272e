"""Results that are kept, so that quality can be followed over dates and versions of the ranker.

They are rows of the main database, not files: they cannot be made again once a ranker has changed,
and what must not be lost is what the snapshots hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.suggestions.evaluation.report import Report
from webapp.suggestions.models import Evaluation


def keep(session: Session, report: Report) -> None:
    """Add a report; the session's transaction decides whether it stays."""
    session.add(
        Evaluation(
            made_at=report["made_at"],
            resource=report["resource"],
            ranker=report["ranker"],
            cross_validated=report["cross_validated"],
            gold=report["gold"]["name"],
            report=report,
        )
    )


def history(session: Session, resource: str, limit: int | None = None) -> Sequence[Evaluation]:
    """The results of a resource, newest first; all of them, or so many."""
    return session.scalars(
        select(Evaluation)
        .where(Evaluation.resource == resource)
        .order_by(Evaluation.made_at.desc(), Evaluation.id.desc())
        .limit(limit)
    ).all()
