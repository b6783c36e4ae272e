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
    KeyEventRelationship,
    Target,
    TargetGene,
)
from webapp.catalog.registry import parse_identifier, parse_key_event

PAGE_SIZE = 50


@dataclass(frozen=True)
class KeyEventFilter:
    """What the list of Key Events is narrowed to; empty fields narrow nothing."""

    text: str = ""
    level: str = ""
    role: str = ""
    aop: int | None = None


def contains(text: str, *columns: Any) -> ColumnElement[bool]:
    """Every word of `text` occurs in one of the columns, in any order, regardless of case."""
    return and_(
        *(
            or_(*(column.icontains(word, autoescape=True) for column in columns))
            for word in unicodedata.normalize("NFC", text).split()[:12]
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


@dataclass(frozen=True)
class Page:
    """Some rows of a long list: which page (from 1) of how many, and how many rows in all."""

    rows: Sequence[Any]
    total: int
    number: int
    pages: int


def page_of(session: Session, query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page:
    """One page of a query's rows; a number beyond the end gives the last page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(-(-total // size), 1)
    number = min(max(number, 1), pages)
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, total, number, pages)


def find_targets(session: Session, text: str, limit: int = 20) -> Sequence[Target]:
    """Live targets by identifier or by the words of their title; short titles first."""
    identifier = parse_identifier(text)
    query = select(Target).where(Target.retired_at.is_(None))
    if identifier:
        query = query.where(Target.identifier == identifier)
    elif text.strip():
        query = query.where(contains(text, Target.title))
    else:
        return []
    return session.scalars(query.order_by(func.length(Target.title), Target.id).limit(limit)).all()


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


def find_aops(session: Session, text: str, limit: int = 20) -> Sequence[Aop]:
    """Live AOPs by number or by the words of their title."""
    word = text.strip().lower().removeprefix("aop").lstrip(" :")
    match = contains(text, Aop.title)
    if word.isdecimal():
        match = or_(match, Aop.number == int(word[:9]))
    return session.scalars(
        select(Aop).where(Aop.retired_at.is_(None), match).order_by(Aop.number).limit(limit)
    ).all()


def genes_of(session: Session, target_id: int) -> Sequence[str]:
    """Symbols of a target's genes, in alphabetical order."""
    return session.scalars(
        select(Gene.symbol)
        .join(TargetGene, TargetGene.gene_id == Gene.id)
        .where(TargetGene.target_id == target_id)
        .order_by(Gene.symbol)
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
