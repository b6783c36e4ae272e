"""The fused list of a catalogued Key Event: scores, and the sentences that say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Gene, KeyEvent, Target, TargetGene
from webapp.suggestions import direction, fusion
from webapp.suggestions.calibration import in_words
from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pool import Pooled
from webapp.suggestions.ranker import Reason, Suggestion, best_rows
from webapp.suggestions.signals import TOLD, Evidence
from webapp.suggestions.subject import subject_of

LIKE = 0.5
"""Cosine from which on a curated Key Event is told to be like another."""


@dataclass(frozen=True, eq=False)
class FusedList:
    """The best targets of a Key Event with all that was known of them."""

    resource: str
    model: fusion.Model
    state: str
    memory: Memory
    rows: NDArray[np.int32]
    places: NDArray[np.int32]
    values: NDArray[np.float32]
    columns: tuple[str, ...]
    shares: NDArray[np.float32]
    items: tuple[Suggestion, ...]


def fused_list(
    index: Index,
    model: fusion.Model,
    resource: str,
    number: int,
    pooled: Pooled,
    memory: Memory,
    limit: int,
    absent: NDArray[np.bool_] | None,
) -> FusedList:
    """Rank the pool of a Key Event.

    Raises `fusion.ModelUnusable` where the model does not fit the index.
    """
    part = index.resources[resource]
    columns = part.pools.columns if part.pools is not None else ()
    if absent is not None:
        here = ~absent[pooled.rows]
        before = np.searchsorted(np.sort(pooled.places[~here]), pooled.places[here])
        places = (pooled.places[here] - before).astype(np.int32)
        pooled = Pooled(pooled.rows[here], places, pooled.values[here])
    scores, values = fusion.fused(model, number, pooled, columns, memory)
    best = best_rows(scores, limit)
    title, short, bm25 = (columns.index(name) for name in ("title", "short_title", "bm25"))
    items = tuple(
        Suggestion(
            rank=rank,
            identifier=part.identifiers[pooled.rows[at]],
            score=float(scores[at]),
            lexical=float(values[at, bm25]),
            dense=float(max(values[at, title], values[at, short])),
            dense_rank=int(pooled.places[at]),
        )
        for rank, at in enumerate(best, 1)
    )
    return FusedList(
        resource,
        model,
        fusion.state_of(memory),
        memory,
        pooled.rows[best],
        pooled.places[best],
        values[best],
        columns,
        fusion.shares(scores)[best],
        items,
    )


def explained(
    session: Session,
    index: Index,
    found: FusedList,
    key_event: KeyEvent,
    targets: Mapping[str, Target],
    candidates: int,
) -> tuple[Suggestion, ...]:
    """The same suggestions with titles, ids and reasons."""
    subject = subject_of(key_event, index.abbreviations)
    genes = _named_genes(session, index, key_event.number, [one.id for one in targets.values()])
    liked = found.memory.likest(subject.number, found.rows.tolist())
    titles = _titles(session, [one[0] for one in liked if one and one[1] >= LIKE])
    explained = []
    for at, item in enumerate(found.items):
        target = targets[item.identifier]
        evidence = Evidence(
            subject=subject,
            title=target.title,
            values=dict(zip(found.columns, found.values[at].tolist(), strict=False)),
            candidates=candidates,
            place=int(found.places[at]),
            genes=genes.get(target.id, frozenset()),
        )
        reasons = [
            Reason(signal.name, text) for signal in TOLD if (text := signal.explain(evidence))
        ]
        like = liked[at]
        if like and like[0] in titles and found.state == fusion.WARM:
            told = f"was chosen for KE {like[0]} {titles[like[0]]}, which is like this one"
            reasons.append(Reason("memory", told))
        if directions := direction.compared(key_event.title, target.title):
            reasons.append(Reason("direction", directions))
        if agreement := _agreement(found, at):
            reasons.append(Reason("agreement", agreement))
        explained.append(
            replace(item, title=target.title, target_id=target.id, reasons=tuple(reasons))
        )
    return tuple(explained)


def _agreement(found: FusedList, at: int) -> str:
    """How often experts agreed with suggestions like this one; empty where too few are known."""
    calibration = found.model.calibration.get(f"{found.state}/{found.resource}")
    known = calibration.of_share(float(found.shares[at])) if calibration else None
    return in_words(known) if known else ""


def _named_genes(
    session: Session, index: Index, number: int, target_ids: Sequence[int]
) -> dict[int, frozenset[str]]:
    named = index.named_genes.get(number)
    if not named:
        return {}
    found: dict[int, set[str]] = {}
    for target_id, symbol in session.execute(
        select(TargetGene.target_id, Gene.symbol)
        .join(Gene, Gene.id == TargetGene.gene_id)
        .where(TargetGene.target_id.in_(target_ids), Gene.symbol.in_(named))
    ):
        found.setdefault(target_id, set()).add(symbol)
    return {target_id: frozenset(symbols) for target_id, symbols in found.items()}


def _titles(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    rows = session.execute(
        select(KeyEvent.number, KeyEvent.title).where(KeyEvent.number.in_(numbers))
    )
    return dict(rows.all())


def targets_of(session: Session, items: Sequence[Suggestion]) -> dict[str, Target]:
    """The catalog's targets of a list, by identifier."""
    wanted = [item.identifier for item in items]
    rows = session.scalars(select(Target).where(Target.identifier.in_(wanted)))
    return {target.identifier: target for target in rows}


def candidates_of(index: Index, resource: str, absent: NDArray[np.bool_] | None) -> int:
    """How many targets compete."""
    count = len(index.resources[resource].identifiers)
    return count - (0 if absent is None else int(absent.sum()))
