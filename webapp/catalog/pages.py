"""Pages of the catalog: Key Events, AOPs, targets and genes."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import public
from webapp.catalog import queries
from webapp.catalog.models import LEVELS, ROLES, Aop, Target
from webapp.catalog.overlay import overlay
from webapp.catalog.registry import RESOURCES, parse_identifier
from webapp.errors import Problem
from webapp.paging import page_of
from webapp.parameters import choice, page_number

blueprint = Blueprint("catalog", __name__)

STATUSES = {
    "": "Any",
    "unmapped": "Without a mapping",
    "mapped": "With a mapping",
    "proposed": "Waiting for review",
    "approved": "Approved",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
}


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
        page = page_of(
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
        page = page_of(session, queries.aops(text), page_number())
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


@blueprint.get("/genes/<symbol>")
@public
def gene(symbol: str) -> str | Response:
    """A gene: where else it is described, the Key Events that name it, the targets it is in."""
    with current.database().read() as session:
        found = queries.gene_called(session, symbol)
        if found is None:
            raise Problem(404, "Not found.", f"There is no gene {symbol[:60]} in the catalog.")
        if symbol != found.symbol:
            return redirect(url_for("catalog.gene", symbol=found.symbol), 301)
        holding = queries.holding(session, found.id)
        counts = queries.count_by_resource(session, holding)
        resource = choice("resource", tuple(RESOURCES)) or next(
            (key for key in RESOURCES if key in counts), ""
        )
        return render_template(
            "catalog/gene.html",
            gene=found,
            key_events=queries.key_events_naming(session, found.id),
            resources=RESOURCES,
            resource=resource,
            counts=counts,
            page=page_of(session, queries.targets(holding, resource), page_number()),
        )
