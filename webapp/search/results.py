"""What a page shows of an answer: sections by kind, each row with its title from the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import Aop, Gene, KeyEvent, Target
from webapp.catalog.registry import RESOURCES, local_name
from webapp.search.finder import Hit, Place
from webapp.search.index import AOP, GENE, KEY_EVENT, TARGET
from webapp.search.reading import Marks

KINDS = {
    KEY_EVENT: ("Key Event", "Key Events"),
    AOP: ("AOP", "AOPs"),
    **{key: (f"{one.name} entry", one.name) for key, one in RESOURCES.items()},
    GENE: ("gene", "Genes"),
}
"""Every kind of thing: one of them, and the heading over several; in the order of a page."""

_CALLED = {
    "short": "short name",
    "exact": "also called",
    "broad": "more broadly",
    "narrow": "more narrowly",
    "related": "related name",
    "component": "annotated with",
    "tag": "tagged",
    "identifier": "identifier",
}


@dataclass(frozen=True)
class Row:
    """One thing as a list shows it; `note` says why it is here where its title does not."""

    kind: str
    key: str
    label: str
    title: Markup
    note: Markup
    level: str | None = None


@dataclass(frozen=True)
class Section:
    """The rows of one kind, out of `total`."""

    kind: str
    heading: str
    rows: list[Row]
    total: int


def sections(
    session: Session, hits: Iterable[Hit], totals: dict[str, int], marks: Marks
) -> list[Section]:
    """A section for each kind; the kind with the best hit comes first.

    Things that the catalog no longer lists are left out, whatever an older index says.
    """
    by_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    order = list(KINDS)
    kinds = sorted(by_kind, key=lambda kind: (_better(by_kind[kind]), order.index(kind)))
    made = []
    known = _known(session, (hit for listed in by_kind.values() for hit in listed))
    for kind in kinds:
        listed = _rows(by_kind[kind], known, marks)
        if listed:
            made.append(Section(kind, KINDS[kind][1], listed, totals[kind]))
    return made


def _better(hits: list[Hit]) -> bool:
    """False, which sorts first, where a hit is what was asked for."""
    return min(hit.place for hit in hits) > Place.NAME_IS


def rows(session: Session, hits: list[Hit], marks: Marks) -> list[Row]:
    """The rows of hits in their order, read from the catalog."""
    return _rows(hits, _known(session, hits), marks)


def _rows(hits: list[Hit], known: Known, marks: Marks) -> list[Row]:
    made = []
    for hit in hits:
        found = known.get((hit.kind, hit.key))
        if found is None:
            continue
        label, title, level, more = found
        note = Markup(" · ").join(part for part in (_note(hit, marks), Markup.escape(more)) if part)
        made.append(Row(hit.kind, hit.key, label, marks.on(title), note, level))
    return made


def _note(hit: Hit, marks: Marks) -> Markup:
    if hit.place is Place.GENE:
        return Markup("with the gene {}").format(hit.gene)
    if hit.name and hit.scope in _CALLED:
        shown = Markup("<mark>{}</mark>").format(hit.name)
        return Markup("{} {}").format(
            _CALLED[hit.scope], shown if hit.scope == "identifier" else marks.on(hit.name)
        )
    return Markup("")


Known = dict[tuple[str, str], tuple[str, str, str | None, str]]


def _known(session: Session, hits: Iterable[Hit]) -> Known:
    """By kind and key: label, title, level, and what else is worth a word. Only what is live."""
    keys: dict[str, list[str]] = {}
    for hit in hits:
        table = hit.kind if hit.kind in {KEY_EVENT, AOP, GENE} else TARGET
        keys.setdefault(table, []).append(hit.key)
    known: Known = {}
    if events := keys.get(KEY_EVENT):
        for number, title, level in session.execute(
            select(KeyEvent.number, KeyEvent.title, KeyEvent.level).where(
                KeyEvent.number.in_(map(int, events)), KeyEvent.retired_at.is_(None)
            )
        ):
            known[KEY_EVENT, str(number)] = (f"KE {number}", title, level, "")
    if aops := keys.get(AOP):
        for number, title in session.execute(
            select(Aop.number, Aop.title).where(
                Aop.number.in_(map(int, aops)), Aop.retired_at.is_(None)
            )
        ):
            known[AOP, str(number)] = (f"AOP {number}", title, None, "")
    if targets := keys.get(TARGET):
        for resource, identifier, title in session.execute(
            select(Target.resource, Target.identifier, Target.title).where(
                Target.identifier.in_(targets), Target.retired_at.is_(None)
            )
        ):
            known[resource, identifier] = (local_name(identifier), title, None, "")
    if genes := keys.get(GENE):
        for symbol, entrez in session.execute(
            select(Gene.symbol, Gene.entrez).where(Gene.symbol.in_(genes))
        ):
            known[GENE, symbol] = ("", symbol, None, f"Entrez {entrez}" if entrez else "")
    return known
