"""Rankers that were learnt here, and which of them serves: rows that are only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.database import utc_now
from webapp.suggestions.fusion import Model, ModelUnusable, require_same_encoder
from webapp.suggestions.models import ROLLED_BACK, TRAINED, Ranker, RankerPromotion

SHIPPED = "shipped"
"""The word for what comes with the program, where another has the version of a kept one."""


class CannotRollBack(ValueError):
    """There is nothing to go back to; its text is one sentence."""


def next_version(session: Session, made_at: str) -> str:
    """A name that no ranker had before, with its date."""
    number = (session.scalar(select(func.max(Ranker.id))) or 0) + 1
    return f"trained-{made_at[:10].replace('-', '')}-{number}"


def keep(
    session: Session, version: str, encoder: str, report: dict[str, Any], model: Model | None
) -> None:
    """Add what was learnt; with a `model` it serves from now on."""
    row = Ranker(
        version=version,
        made_at=report["made_at"],
        encoder=encoder,
        report=report,
        model=model.as_json() if model else None,
    )
    session.add(row)
    if model is not None:
        session.flush()
        _promote(session, encoder, row.id, TRAINED)


def newest_promotion(session: Session, encoder: str) -> RankerPromotion | None:
    """The one that counts for an encoder."""
    return session.scalar(
        select(RankerPromotion)
        .where(RankerPromotion.encoder == encoder.partition("@")[0])
        .order_by(RankerPromotion.id.desc())
        .limit(1)
    )


def promotions(session: Session) -> Sequence[RankerPromotion]:
    """All of them, the oldest first."""
    return session.scalars(select(RankerPromotion).order_by(RankerPromotion.id)).all()


def rankers(session: Session) -> Sequence[Ranker]:
    """All of them, the oldest first."""
    return session.scalars(select(Ranker).order_by(Ranker.id)).all()


def roll_back(session: Session, encoder: str, version: str | None = None) -> str:
    """Go back to the ranker that served before the present one, or to a named one.

    Returns the version that serves now, or `SHIPPED`. Raises `CannotRollBack` where there is none,
    where it never served, and where it does not fit the encoder or the signals of this program.
    """
    name = encoder.partition("@")[0]
    served = [one for one in promotions(session) if one.encoder == name]
    present = served[-1].ranker_id if served else None
    if version is None:
        before = _before(served)
    elif version == SHIPPED:
        before = None
    else:
        found = session.scalar(select(Ranker).where(Ranker.version == version))
        if found is None or found.model is None:
            what = "was not good enough to serve" if found else "is no ranker that was kept"
            raise CannotRollBack(f"{version} {what}. See: python -m webapp ranker history")
        before = found.id
    if before == present:
        told = (
            session.get_one(Ranker, present).version if present else "what ships with the program"
        )
        raise CannotRollBack(f"Nothing was changed: {told} serves already.")
    told = SHIPPED
    if before is not None:
        row = session.get_one(Ranker, before)
        told = row.version
        try:
            require_same_encoder(Model.of_json(row.model or {}), encoder)
        except ModelUnusable as reason:
            raise CannotRollBack(f"Nothing was changed: {reason}.") from reason
    _promote(session, encoder, before, ROLLED_BACK)
    return told


def _before(served: Sequence[RankerPromotion]) -> int | None:
    """What served before the present one was trained; going back twice goes back further."""
    trail: list[int | None] = [None]
    for one in served:
        if one.ranker_id in trail and one.why == ROLLED_BACK:
            trail = trail[: trail.index(one.ranker_id) + 1]
        else:
            trail.append(one.ranker_id)
    if len(trail) < 2:
        raise CannotRollBack("Nothing was changed: what ships with the program serves already.")
    return trail[-2]


def _promote(session: Session, encoder: str, ranker_id: int | None, why: str) -> None:
    session.add(
        RankerPromotion(
            at=utc_now(), encoder=encoder.partition("@")[0], ranker_id=ranker_id, why=why
        )
    )
