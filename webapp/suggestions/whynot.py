"""Why a target is not in the list of a Key Event: its exact place, and what it lacks.

A list ranks the pool of a Key Event by all signals. Below the pool all other targets follow by the
fixed sum, so that every one has a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target, TargetGene
from webapp.catalog.registry import RESOURCES, local_name, parse_identifier
from webapp.suggestions import direction, listing
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.fusion import Model
from webapp.suggestions.holder import NOTHING, Now, plain_notice
from webapp.suggestions.lacks import Side, lacks
from webapp.suggestions.order import Order, order_of
from webapp.suggestions.phrases import Part
from webapp.suggestions.pool import BEST
from webapp.suggestions.ranker import Reason
from webapp.suggestions.remembered import Remembered
from webapp.suggestions.signals import Evidence
from webapp.suggestions.signals.meaning import ordinal
from webapp.suggestions.subject import subject_of

SHOWN = 10
"""Targets that a list shows."""
NOT_INDEXED = "Ranked by words alone: this Key Event is not in the suggestion index yet."
ASKED = 200
"""Letters that a question may have."""


class UnknownTarget(ValueError):
    """Nothing, or too much, is called as somebody asked; the text says what to write instead."""


@dataclass(frozen=True)
class Compared:
    """A target that is in the list, and what the other one lacks beside it."""

    rank: int
    called: str
    identifier: str
    title: str
    lacks: tuple[Reason, ...]


@dataclass(frozen=True)
class WhyNot:
    """The answer."""

    resource: str
    identifier: str
    title: str
    candidates: int
    verdict: str
    """One sentence."""
    rank: int | None = None
    """Among all candidates; None where it is none."""
    listed: bool = False
    compared: tuple[Compared, ...] = ()
    like: Part | None = None
    """The like Key Event that it was chosen for, if any."""
    remarks: tuple[str, ...] = field(default=())
    """What does not change the order and is worth knowing: a conflict of directions."""
    notice: str = ""
    """How the order falls short at the moment; empty where all is well."""

    @property
    def told(self) -> tuple[str, ...]:
        """The further sentences, as plain text."""
        like = (
            (f"It was chosen for {self.like.text}, which is like this one.",) if self.like else ()
        )
        return (*like, *self.remarks)


def find_target(session: Session, text: str, resource: str) -> Target:
    """The target of an identifier as people write it, or of an exact title.

    Of several with one title that of `resource` is meant, and a live one rather than a retired
    one. Raises `UnknownTarget`.
    """
    asked = " ".join(text.split())
    if not asked:
        raise UnknownTarget("Write an identifier such as WP254, or an exact title.")
    if len(asked) > ASKED:
        raise UnknownTarget(f"Write at most {ASKED} letters: an identifier, or an exact title.")
    if (identifier := parse_identifier(asked)) is not None:
        found = session.scalar(select(Target).where(Target.identifier == identifier))
        if found is None:
            raise UnknownTarget(
                f"{local_name(identifier)} is not in this catalog. Check the number, or search "
                "for words of the title."
            )
        return found
    called = session.scalars(
        select(Target)
        .where(or_(Target.title == asked, func.lower(Target.title) == asked.lower()))
        .order_by(Target.id)
    ).all()
    best = _first_of(called, resource)
    if not best:
        raise UnknownTarget(
            f"No entry of any resource has the identifier or the exact title “{asked}”. Write an "
            "identifier such as WP254, or search for words of the title."
        )
    if len(best) > 1:
        names = ", ".join(local_name(one.identifier) for one in best[:5])
        raise UnknownTarget(f"Several are called “{asked}”. Write the identifier of one: {names}.")
    return best[0]


def _first_of(called: Sequence[Target], resource: str) -> list[Target]:
    def order(one: Target) -> tuple[bool, bool, int]:
        return (
            one.retired_at is not None,
            one.resource != resource,
            [*RESOURCES].index(one.resource),
        )

    best = min(map(order, called), default=None)
    return [one for one in called if order(one) == best]


def why_not(
    session: Session,
    now: Now,
    known: Remembered,
    model: Model | None,
    key_event: KeyEvent,
    target: Target,
) -> WhyNot:
    """The place of a target for a Key Event, and what it lacks beside those that are shown."""
    index, resource = now.index, target.resource
    part, absent = index.resources.get(resource), now.absent.get(resource)
    candidates = listing.candidates_of(index, resource, absent) if part else 0
    answer = WhyNot(
        resource, target.identifier, target.title, candidates, "", notice=plain_notice(now.notice)
    )
    local, name = local_name(target.identifier), RESOURCES[resource].name
    if target.retired_at is not None:
        instead = f" It names {target.replaced_by} instead." if target.replaced_by else ""
        told = f"{name} retired {local}, so that it takes no new mappings and is not suggested."
        return replace(answer, verdict=f"{told}{instead}", notice="")
    if index is NOTHING:
        told = "Nothing can be said of it before the suggestions are prepared; ask in a moment."
        return replace(answer, verdict=told)
    if part is None or target.identifier not in part.identifiers:
        told = f"{local} is newer than the suggestion index; it is ranked from the next one on."
        return replace(answer, verdict=told)
    query = query_of(key_event.title, index.abbreviations)
    if not query.plain.strip():
        return replace(answer, verdict="This Key Event has no title to rank by.", notice="")
    row = part.identifiers.index(target.identifier)
    order = order_of(session, now, known, model, key_event, resource)
    if order.dense is None and index.encoder is not None:
        answer = replace(answer, notice=NOT_INDEXED)
    if order.dense is None and order.lexical[row] <= 0:
        told = f"{local} shares no word with the title, and at present words alone make the list."
        return replace(answer, verdict=told)
    rank, shown = order.place(row), order.first(SHOWN)
    remarks = (*_conflict(key_event.title, target.title), *filter(None, [order.basis]))
    answer = replace(answer, rank=rank, listed=row in shown, remarks=remarks)
    if answer.listed:
        return replace(
            answer, verdict=f"{local} is in the list of {name}: it comes {ordinal(rank)}."
        )
    verdict = (
        f"{local} comes {ordinal(rank)} of {candidates:,} in {name}; the first {len(shown)} are "
        "shown."
    )
    if order.pool is not None and not order.in_pool(row):
        verdict += (
            f" No signal has it among its best {BEST}, so it stands below the "
            f"{len(order.pool.rows)} that all signals compared, in the order of meaning and shared "
            "words."
        )
    return replace(
        answer,
        verdict=verdict,
        compared=_compared(session, now, order, key_event, [row, *shown[-1:], *shown[:1]]),
        like=order.liked(session, [row])[0],
    )


def _compared(
    session: Session, now: Now, order: Order, key_event: KeyEvent, rows: Sequence[int]
) -> tuple[Compared, ...]:
    """What the first of these rows lacks beside each of the others; nothing is said twice."""
    named = frozenset(now.index.named_genes.get(key_event.number, {}))
    mine, *others = _sides(session, now, order, key_event, list(dict.fromkeys(rows)))
    found: list[Compared] = []
    said: set[str] = set()
    for other in others:
        told = lacks(mine, other, order.weights, named)
        new = tuple(one for one in told if one.signal not in said)
        said |= {one.signal for one in new}
        if new:
            title = other.evidence.title
            found.append(Compared(other.rank, other.called, other.identifier, title, new))
    return tuple(found)


def _sides(
    session: Session, now: Now, order: Order, key_event: KeyEvent, rows: Sequence[int]
) -> list[Side]:
    """What is known of these targets."""
    index, resource = now.index, order.resource
    identifiers = [index.resources[resource].identifiers[row] for row in rows]
    targets = {
        one.identifier: one
        for one in session.scalars(select(Target).where(Target.identifier.in_(identifiers)))
    }
    ids = [one.id for one in targets.values()]
    held = dict(
        session.execute(
            select(TargetGene.target_id, func.count())
            .where(TargetGene.target_id.in_(ids))
            .group_by(TargetGene.target_id)
        ).all()
    )
    genes = listing.named_genes(session, index, key_event.number, ids)
    subject = subject_of(key_event, index.abbreviations)
    sides = []
    for row, identifier in zip(rows, identifiers, strict=True):
        target = targets[identifier]
        has, names = held.get(target.id, 0), genes.get(target.id, {})
        evidence = Evidence(
            subject=subject,
            title=target.title,
            values=order.values(row, target.title, has, names_genes=bool(names)),
            candidates=listing.candidates_of(index, resource, order.absent),
            place=order.place_by_meaning(row),
            genes=names,
        )
        sides.append(Side(order.place(row), identifier, evidence, has))
    return sides


def _conflict(title: str, name: str) -> tuple[str, ...]:
    """The directions, where they conflict; they never change the order."""
    told = direction.compared(title, name)
    return (f"{told}. This does not change the order.",) if "conflict" in told else ()
