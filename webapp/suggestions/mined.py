"""Reads which genes AOP-Wiki's texts mention, beside those of targets, when a list is made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.catalog.models import Gene, KeyEventGene, TargetGene
from webapp.suggestions.overlap import Overlap


def overlaps(session: Session, key_event_id: int, target_ids: Sequence[int]) -> dict[int, Overlap]:
    """By id, for each of these targets that has a gene which the Key Event's texts mention."""
    mentioned = dict(
        session.execute(
            select(Gene.id, Gene.symbol)
            .join(KeyEventGene, KeyEventGene.gene_id == Gene.id)
            .where(KeyEventGene.key_event_id == key_event_id)
            .distinct()
        ).all()
    )
    if not mentioned:
        return {}
    shared: dict[int, list[str]] = {}
    for target_id, gene_id in session.execute(
        select(TargetGene.target_id, TargetGene.gene_id).where(
            TargetGene.target_id.in_(target_ids), TargetGene.gene_id.in_(mentioned)
        )
    ):
        shared.setdefault(target_id, []).append(mentioned[gene_id])
    held = session.execute(
        select(TargetGene.target_id, func.count())
        .where(TargetGene.target_id.in_(shared))
        .group_by(TargetGene.target_id)
    )
    known = session.scalar(select(func.count()).select_from(Gene)) or 0
    return {
        target_id: Overlap(tuple(sorted(shared[target_id])), len(mentioned), count, known)
        for target_id, count in held
    }
