"""Pages of the catalog: Key Events, AOPs, targets, and a search over all of them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import public
from webapp.catalog import queries
from webapp.catalog.models import LEVELS, ROLES, Aop, KeyEvent, Target
from webapp.catalog.overlay import overlay
from webapp.catalog.registry import (
    RESOURCES,
    local_name,
    parse_aop,
    parse_identifier,
    parse_key_event,
)
from webapp.errors import Problem

blueprint = Blueprint("catalog", __name__)

SEARCH_PAGE = 20
"""So many of each kind stand on the page of a search."""

STATUSES = {
    "": "Any",
    "unmapped": "Without a mapping",
    "mapped": "With a mapping",
    "proposed": "Waiting for review",
    "approved": "Approved",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
}


def page_number() -> int:
    """The page asked for, from 1; anything else means the first."""
    return max(request.args.get("page", 1, type=int), 1)


def choice(name: str, allowed: tuple[str, ...] | dict[str, str]) -> str:
    """A query parameter that is one of a few words, else an empty text."""
    value = request.args.get(name, "")
    return value if value in allowed else ""


@blueprint.get("/key-events")
@public
def key_events() -> str:
    """The list of Key Events with search and filters."""
    wanted = queries.KeyEventFilter(
        text=request.args.get("q", "").strip(),
        level=choice("level", (*LEVELS, "none")),
        role=choice("role", ROLES),
        aop=request.args.get("aop", type=int),
    )
    status = choice("status", STATUSES)
    among = without = None
    if status == "unmapped":
        without = overlay().key_event_ids(None)
    elif status:
        among = overlay().key_event_ids(None if status == "mapped" else status)
    with current.database().read() as session:
        page = queries.page_of(
            session, queries.key_events(wanted, among=among, without=without), page_number()
        )
        marks = overlay().for_key_events(session, [row.id for row in page.rows], status)
        aop = session.scalar(select(Aop).where(Aop.number == wanted.aop)) if wanted.aop else None
    return render_template(
        "catalog/key_events.html",
        page=page,
        marks=marks,
        wanted=wanted,
        unfiltered=queries.KeyEventFilter(),
        status=status,
        statuses=STATUSES,
        levels=LEVELS,
        roles=ROLES,
        aop=aop,
    )


@blueprint.get("/aops")
@public
def aops() -> str:
    """The list of AOPs."""
    text = request.args.get("q", "").strip()[:200]
    with current.database().read() as session:
        page = queries.page_of(session, queries.aops(text), page_number())
    return render_template(
        "catalog/aops.html",
        page=page,
        text=text,
    )


@blueprint.get("/aops/<int:number>")
@public
def aop(number: int) -> str:
    """One AOP: its Key Events in order of role, and what they are mapped to."""
    with current.database().read() as session:
        found = session.scalar(select(Aop).where(Aop.number == number))
        if found is None:
            raise Problem(404, "Not found.", f"There is no AOP {number} in the catalog.")
        events = queries.events_of(session, found.id)
        marks = overlay().for_key_events(session, [event.id for event, _ in events])
    return render_template("catalog/aop.html", aop=found, events=events, marks=marks)


@blueprint.get("/targets/<identifier>")
@public
def target(identifier: str) -> str | Response:
    """One target: title, description, genes, and the Key Events mapped to it."""
    curie = parse_identifier(identifier)
    with current.database().read() as session:
        found = session.scalar(select(Target).where(Target.identifier == curie))
        if found is None:
            raise Problem(404, "Not found.", f"There is no target {identifier} in the catalog.")
        if identifier != found.identifier:
            return redirect(url_for("catalog.target", identifier=found.identifier), 301)
        genes = queries.genes_of(session, found.id)
        marks = overlay().for_targets(session, [found.id]).get(found.id, [])
        annotations = queries.annotations_of(session, found.id)
        synonyms = list(found.synonyms)
    return render_template(
        "catalog/target.html",
        target=found,
        resource=RESOURCES[found.resource],
        genes=genes,
        marks=marks,
        annotations=annotations,
        synonyms=synonyms,
    )


@blueprint.get("/search")
@public
def search() -> str | Response:
    """Search over Key Events, AOPs and targets; an identifier goes straight to its page."""
    text = request.args.get("q", "").strip()[:200]
    with current.database().read() as session:
        identified, address = _identified(session, text)
        if address:
            return redirect(address)
        events = queries.page_of(
            session, queries.key_events(queries.KeyEventFilter(text=text)), 1, SEARCH_PAGE
        )
        aops = queries.page_of(session, queries.aops(text), 1, SEARCH_PAGE)
        found = {
            "key_events": events.rows if text else [],
            "aops": aops.rows if text else [],
            "targets": queries.find_targets(session, text, SEARCH_PAGE),
            "with_gene": queries.targets_with_gene(session, text) if text else [],
        }
    return render_template(
        "catalog/search.html",
        text=text,
        found=found,
        missing=identified,
        key_event_count=events.total,
        aop_count=aops.total,
    )


def _identified(session: Session, text: str) -> tuple[str, str]:
    """What an identifier names, and the address of its page, empty where it is not in the catalog.

    Both are empty for words, and for a bare number, which may be a Key Event's or an AOP's.
    """
    if identifier := parse_identifier(text):
        known = session.scalar(select(Target.id).where(Target.identifier == identifier))
        address = url_for("catalog.target", identifier=identifier)
        return local_name(identifier), address if known else ""
    if text.isdecimal():
        return "", ""
    if (number := parse_key_event(text)) is not None:
        known = session.scalar(select(KeyEvent.id).where(KeyEvent.number == number))
        return f"KE {number}", url_for("curation.key_event", number=number) if known else ""
    if (number := parse_aop(text)) is not None:
        known = session.scalar(select(Aop.id).where(Aop.number == number))
        return f"AOP {number}", url_for("catalog.aop", number=number) if known else ""
    return "", ""
