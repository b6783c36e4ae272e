"""The fused list of a catalogued Key Event: scores, and what is known of each target of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Gene, KeyEvent, Target, TargetGene, TargetSynonym
from webapp.suggestions import fusion, memory, mined, reasons
from webapp.suggestions.holder import Now
from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.phrases import Part, marked, names_of_key_event
from webapp.suggestions.pool import Pooled
from webapp.suggestions.ranker import Suggestion, best_rows
from webapp.suggestions.shares import Share
from webapp.suggestions.signals import Evidence
from webapp.suggestions.subject import subject_of

LIKE = 0.5
"""Cosine from which on a curated Key Event is told to be like another."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """The pool of a Key Event with all that is known of its targets, scored."""

    resource: str
    number: int
    model: fusion.Model
    state: str
    memory: Memory
    rows: NDArray[np.int32]
    places: NDArray[np.int32]
    values: NDArray[np.float32]
    columns: tuple[str, ...]
    """Of `values`; those of memory last, where it serves."""
    scores: NDArray[np.float32]

    def values_of(self, at: int) -> dict[str, float]:
        """By column, of the target at this place of the pool."""
        return dict(zip(self.columns, self.values[at].tolist(), strict=True))

    def standing(self, at: int) -> dict[str, int]:
        """The place of a target in its pool by each column, 1 for the highest value."""
        places = (self.values > self.values[at]).sum(axis=0) + 1
        return dict(zip(self.columns, places.tolist(), strict=True))


def ranked_pool(
    now: Now, model: fusion.Model | None, known: Memory, resource: str, number: int, plain: str
) -> Ranked | None:
    """Score the pool of a Key Event, without absent targets.

    None where the index has no signals of it, or where there is no model for the index. Raises
    `fusion.ModelUnusable` where the model lacks a signal.
    """
    index, absent = now.index, now.absent.get(resource)
    pooled = index.pool_of(resource, number, plain)
    if model is None or pooled is None or not len(pooled.rows):
        return None
    pools = index.resources[resource].pools
    columns = pools.columns if pools is not None else ()
    if absent is not None:
        here = ~absent[pooled.rows]
        before = np.searchsorted(np.sort(pooled.places[~here]), pooled.places[here])
        places = (pooled.places[here] - before).astype(np.int32)
        pooled = Pooled(pooled.rows[here], places, pooled.values[here])
        if not len(pooled.rows):
            return None
    scores, values = fusion.fused(model, number, pooled, columns, known)
    state = fusion.state_of(known)
    columns = (*columns, *memory.COLUMNS)[: values.shape[1]]
    return Ranked(
        resource, number, model, state, known, pooled.rows, pooled.places, values, columns, scores
    )


def best_of(found: Ranked, identifiers: Sequence[str], limit: int) -> tuple[Suggestion, ...]:
    """The best targets of a pool, bare: titles and reasons are added by `explained`."""
    title, short, bm25 = (found.columns.index(name) for name in ("title", "short_title", "bm25"))
    return tuple(
        Suggestion(
            rank=rank,
            identifier=identifiers[found.rows[at]],
            score=float(found.scores[at]),
            lexical=float(found.values[at, bm25]),
            dense=float(max(found.values[at, title], found.values[at, short])),
            dense_rank=int(found.places[at]),
        )
        for rank, at in enumerate(best_rows(found.scores, limit), 1)
    )


def explained(
    session: Session,
    index: Index,
    found: Ranked,
    items: Sequence[Suggestion],
    key_event: KeyEvent,
    candidates: int,
) -> tuple[Suggestion, ...]:
    """The same suggestions with titles, ids, reasons and evidence."""
    identifiers = index.resources[found.resource].identifiers
    at_of = {identifiers[row]: at for at, row in enumerate(found.rows.tolist())}
    ats = [at_of[item.identifier] for item in items]
    targets = targets_of(session, items)
    ids = [one.id for one in targets.values()]
    subject = subject_of(key_event, index.abbreviations)
    genes = named_genes(session, index, key_event.number, ids)
    mentioned = mined.overlaps(session, key_event.id, ids)
    synonyms = _synonyms(session, ids)
    liked = liked_by(session, found, [int(found.rows[at]) for at in ats])
    shares = fusion.shares(found.scores)
    words = reasons.words_of(subject)
    told = []
    for item, at, like in zip(items, ats, liked, strict=True):
        target = targets[item.identifier]
        facts = reasons.Facts(
            evidence=Evidence(
                subject=subject,
                title=target.title,
                values=found.values_of(at),
                candidates=candidates,
                place=int(found.places[at]),
                genes=genes.get(target.id, {}),
                mined=mentioned.get(target.id),
            ),
            said=key_event.title,
            words=words,
            synonyms=synonyms.get(target.id, ()),
            standing=found.standing(at),
            compared=len(found.rows),
            like=like,
            agreed=_agreed(found, float(shares[at])),
        )
        told.append(
            replace(
                item,
                title=target.title,
                target_id=target.id,
                reasons=reasons.in_short(facts),
                evidence=reasons.in_full(facts),
                name=marked(target.title, words),
            )
        )
    return tuple(told)


def _agreed(found: Ranked, share: float) -> Share | None:
    """How often experts agreed with suggestions like one; None where too few are known."""
    calibration = found.model.calibration.get(f"{found.state}/{found.resource}")
    return calibration.of_share(share) if calibration else None


def liked_by(session: Session, found: Ranked, rows: Sequence[int]) -> list[Part | None]:
    """For each target the like Key Event that it was chosen for, where memory serves."""
    if found.state != fusion.WARM:
        return [None for _ in rows]
    liked = found.memory.likest(found.number, rows)
    titles = _titles(session, [one[0] for one in liked if one and one[1] >= LIKE])
    return [
        names_of_key_event(one[0], titles[one[0]]) if one and one[0] in titles else None
        for one in liked
    ]


def named_genes(
    session: Session, index: Index, number: int, target_ids: Sequence[int]
) -> dict[int, dict[str, str]]:
    """The genes of each target that the Key Event names, with the words that name them."""
    named = index.named_genes.get(number)
    if not named:
        return {}
    found: dict[int, dict[str, str]] = {}
    for target_id, symbol in session.execute(
        select(TargetGene.target_id, Gene.symbol)
        .join(Gene, Gene.id == TargetGene.gene_id)
        .where(TargetGene.target_id.in_(target_ids), Gene.symbol.in_(named))
    ):
        found.setdefault(target_id, {})[symbol] = named[symbol]
    return found


def _synonyms(session: Session, target_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for target_id, text in session.execute(
        select(TargetSynonym.target_id, TargetSynonym.text)
        .where(TargetSynonym.target_id.in_(target_ids), TargetSynonym.scope == "EXACT")
        .order_by(TargetSynonym.text)
    ):
        found.setdefault(target_id, []).append(text)
    return found


def _titles(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    rows = session.execute(
        select(KeyEvent.number, KeyEvent.title).where(KeyEvent.number.in_(numbers))
    )
    return dict(rows.all())


def targets_of(session: Session, items: Sequence[Suggestion]) -> Mapping[str, Target]:
    """The catalog's targets of a list, by identifier."""
    wanted = [item.identifier for item in items]
    rows = session.scalars(select(Target).where(Target.identifier.in_(wanted)))
    return {target.identifier: target for target in rows}


def candidates_of(index: Index, resource: str, absent: NDArray[np.bool_] | None) -> int:
    """How many targets compete."""
    count = len(index.resources[resource].identifiers)
    return count - (0 if absent is None else int(absent.sum()))
