"""Questions that pages ask the catalog. Free of Flask."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from webapp.catalog.models import (
    Aop,
    AopKeyEvent,
    Gene,
    KeyEvent,
    KeyEventGene,
    KeyEventRelationship,
    Target,
    TargetAnnotation,
    TargetGene,
    TargetSynonym,
)
from webapp.catalog.registry import parse_aop, parse_key_event

_AROUND_WORDS = ",;:.!?()[]{}\"'“”‘’"


@dataclass(frozen=True)
class KeyEventFilter:
    """What the list of Key Events is narrowed to; empty fields narrow nothing."""

    text: str = ""
    level: str = ""
    role: str = ""
    aop: int | None = None


def contains(text: str, *columns: Any) -> ColumnElement[bool]:
    """Every word of `text` occurs in one of the columns, in any order, regardless of case.

    Signs around a word are no part of it, unless there is nothing else.
    """
    given = unicodedata.normalize("NFC", text).split()[:12]
    words = [word for one in given if (word := one.strip(_AROUND_WORDS))]
    return and_(
        *(
            or_(*(column.icontains(word, autoescape=True) for column in columns))
            for word in words or given
        )
    )


def key_events(
    wanted: KeyEventFilter,
    *,
    among: Select[int] | None = None,
    without: Select[int] | None = None,
) -> Select[KeyEvent]:
    """Live Key Events that pass a filter, by number; `among`/`without` are sets of ids."""
    query = select(KeyEvent).where(KeyEvent.retired_at.is_(None))
    number = parse_key_event(wanted.text) if wanted.text else None
    if number is not None:
        query = query.where(or_(KeyEvent.number == number, contains(wanted.text, KeyEvent.title)))
    elif wanted.text:
        query = query.where(contains(wanted.text, KeyEvent.title, KeyEvent.short_title))
    if wanted.level:
        level = None if wanted.level == "none" else wanted.level
        query = query.where(KeyEvent.level == level)
    if wanted.role or wanted.aop is not None:
        roles = select(AopKeyEvent.key_event_id).join(Aop).where(Aop.retired_at.is_(None))
        if wanted.role:
            roles = roles.where(AopKeyEvent.role == wanted.role)
        if wanted.aop is not None:
            roles = roles.where(Aop.number == wanted.aop)
        query = query.where(KeyEvent.id.in_(roles))
    if among is not None:
        query = query.where(KeyEvent.id.in_(among))
    if without is not None:
        query = query.where(KeyEvent.id.not_in(without))
    return query.order_by(KeyEvent.number)


def find_targets(session: Session, text: str, limit: int = 20) -> list[tuple[Target, str]]:
    """Live targets by the words of their title or of another name, which then stands beside them.

    Titles come before other names, short ones first.
    """
    if not text.strip():
        return []
    named = contains(text, TargetSynonym.text)
    titled = contains(text, Target.title)
    targets = session.scalars(
        select(Target)
        .where(
            Target.retired_at.is_(None),
            or_(titled, Target.id.in_(select(TargetSynonym.target_id).where(named))),
        )
        .order_by(titled.desc(), func.length(Target.title), Target.id)
        .limit(limit)
    ).all()
    ids = [target.id for target in targets]
    by_title = set(session.scalars(select(Target.id).where(Target.id.in_(ids), titled)))
    names: dict[int, str] = {}
    for target_id, name in session.execute(
        select(TargetSynonym.target_id, TargetSynonym.text)
        .where(TargetSynonym.target_id.in_(ids), named)
        .order_by(func.length(TargetSynonym.text), TargetSynonym.text)
    ):
        names.setdefault(target_id, name)
    return [
        (target, "" if target.id in by_title else names.get(target.id, "")) for target in targets
    ]


def targets_with_gene(session: Session, symbol: str, limit: int = 50) -> Sequence[Target]:
    """Live targets in which a gene of this HGNC symbol takes part; short titles first."""
    return session.scalars(
        select(Target)
        .join(TargetGene, TargetGene.target_id == Target.id)
        .join(Gene, Gene.id == TargetGene.gene_id)
        .where(func.upper(Gene.symbol) == symbol.strip().upper(), Target.retired_at.is_(None))
        .order_by(func.length(Target.title), Target.id)
        .limit(limit)
    ).all()


def gene_called(session: Session, symbol: str) -> Gene | None:
    """The gene of an HGNC symbol, however its letters are written."""
    return session.scalar(select(Gene).where(Gene.symbol == symbol)) or session.scalar(
        select(Gene).where(func.upper(Gene.symbol) == symbol.strip().upper()).limit(1)
    )


def key_events_naming(session: Session, gene_id: int) -> Sequence[KeyEvent]:
    """Live Key Events whose texts name a gene, by number."""
    return session.scalars(
        select(KeyEvent)
        .where(
            KeyEvent.retired_at.is_(None),
            KeyEvent.id.in_(
                select(KeyEventGene.key_event_id).where(KeyEventGene.gene_id == gene_id)
            ),
        )
        .order_by(KeyEvent.number)
    ).all()


def holding(session: Session, gene_id: int) -> Sequence[int]:
    """Ids of the targets that a gene takes part in; reads all of `target_gene`, but once."""
    return session.scalars(select(TargetGene.target_id).where(TargetGene.gene_id == gene_id)).all()


def count_by_resource(session: Session, ids: Sequence[int]) -> dict[str, int]:
    """How many of these targets are live, by resource."""
    rows = session.execute(
        select(Target.resource, func.count())
        .where(Target.id.in_(ids), Target.retired_at.is_(None))
        .group_by(Target.resource)
    )
    return dict(rows.all())


def targets(ids: Sequence[int], resource: str) -> Select[Target]:
    """Those of these targets that are live and of a resource, by title."""
    return (
        select(Target)
        .where(Target.id.in_(ids), Target.resource == resource, Target.retired_at.is_(None))
        .order_by(Target.title, Target.id)
    )


def aops(text: str) -> Select[Aop]:
    """Live AOPs by number or by the words of their title, by number; all for an empty text."""
    query = select(Aop).where(Aop.retired_at.is_(None)).order_by(Aop.number)
    if text.strip():
        number = parse_aop(text)
        match = contains(text, Aop.title)
        query = query.where(match if number is None else or_(match, Aop.number == number))
    return query


def genes_of(session: Session, target_id: int) -> Sequence[str]:
    """Symbols of a target's genes, in alphabetical order."""
    return session.scalars(
        select(Gene.symbol)
        .join(TargetGene, TargetGene.gene_id == Gene.id)
        .where(TargetGene.target_id == target_id)
        .order_by(Gene.symbol)
    ).all()


def annotations_of(session: Session, target_id: int) -> Sequence[TargetAnnotation]:
    """Ontology terms that the source itself attached to a target."""
    return session.scalars(
        select(TargetAnnotation).where(TargetAnnotation.target_id == target_id)
    ).all()


def neighbours(session: Session, key_event_id: int) -> tuple[list[KeyEvent], list[KeyEvent]]:
    """Key Events directly upstream and directly downstream of one, in any AOP."""

    def side(here: Any, there: Any) -> list[KeyEvent]:
        return list(
            session.scalars(
                select(KeyEvent)
                .join(KeyEventRelationship, there == KeyEvent.id)
                .where(here == key_event_id, KeyEventRelationship.retired_at.is_(None))
                .distinct()
                .order_by(KeyEvent.number)
            )
        )

    up, down = KeyEventRelationship.upstream_id, KeyEventRelationship.downstream_id
    return side(down, up), side(up, down)


def roles_of(session: Session, key_event_id: int) -> Sequence[Any]:
    """(AOP, role) of a Key Event in every live AOP, by the AOP's number."""
    return session.execute(
        select(Aop, AopKeyEvent.role)
        .join(AopKeyEvent, AopKeyEvent.aop_id == Aop.id)
        .where(AopKeyEvent.key_event_id == key_event_id, Aop.retired_at.is_(None))
        .order_by(Aop.number)
    ).all()


def events_of(session: Session, aop_id: int) -> Sequence[Any]:
    """(Key Event, role) of an AOP: initiating events first, adverse outcomes last."""
    order = case({"MIE": 0, "KE": 1, "AO": 2}, value=AopKeyEvent.role)
    return session.execute(
        select(KeyEvent, AopKeyEvent.role)
        .join(AopKeyEvent, AopKeyEvent.key_event_id == KeyEvent.id)
        .where(AopKeyEvent.aop_id == aop_id)
        .order_by(order, KeyEvent.number)
    ).all()


def counts(session: Session) -> dict[str, int]:
    """How many live Key Events, AOPs and targets of each resource there are."""
    found = {
        "key_events": session.scalar(
            select(func.count()).select_from(KeyEvent).where(KeyEvent.retired_at.is_(None))
        ),
        "aops": session.scalar(
            select(func.count()).select_from(Aop).where(Aop.retired_at.is_(None))
        ),
    }
    by_resource = session.execute(
        select(Target.resource, func.count())
        .where(Target.retired_at.is_(None))
        .group_by(Target.resource)
    ).all()
    return {name: count or 0 for name, count in found.items()} | dict(by_resource)
