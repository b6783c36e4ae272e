"""Pages of curation: home, a Key Event with its suggestions, the review queue."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import for_programs, me, public, requires
from webapp.catalog import queries
from webapp.catalog.models import ROLES
from webapp.catalog.overlay import overlay
from webapp.catalog.registry import RESOURCES, local_name, parse_identifier
from webapp.curation import asked, lists, shown, told, workflow
from webapp.curation.assessment import SCHEMES, scheme_of
from webapp.curation.blueprint import REVIEW_PAGE, blueprint
from webapp.curation.claim import departures
from webapp.curation.models import CONFIDENCES, PREDICATES, Mapping, MappingEvent
from webapp.curation.refusals import Refused
from webapp.errors import Problem, hands_back
from webapp.paging import page_of
from webapp.parameters import page_number
from webapp.security import limited
from webapp.suggestions import phrases
from webapp.suggestions.phrases import Phrase
from webapp.suggestions.reasons import LABELS
from webapp.suggestions.text import stems


@blueprint.app_template_filter("marked_by")
def marked_by(text: str, name: str) -> Phrase:
    """A title with the words marked that a name has too."""
    return phrases.marked(text, frozenset(stems(name)))


blueprint.add_app_template_filter(phrases.marked_sentences)


@public
def home() -> str:
    """Counts, search, what was approved last, what waits for review."""
    with current.database().read() as session:
        by_state = dict(
            session.execute(select(Mapping.state, func.count()).group_by(Mapping.state)).all()
        )
        recent = session.scalars(
            select(Mapping)
            .where(Mapping.state == "approved")
            .order_by(
                select(func.max(MappingEvent.id))
                .where(MappingEvent.mapping_id == Mapping.id)
                .scalar_subquery()
                .desc()
            )
            .limit(8)
        ).all()
        return render_template(
            "curation/home.html",
            counts=queries.counts(session),
            by_state=by_state,
            recent=recent,
            resources=RESOURCES,
        )


@blueprint.get("/key-events/<int:number>")
@public
def key_event(number: int) -> str:
    """A Key Event: what it is, what it is mapped to, what fits, and the form to propose."""
    with current.database().read() as session:
        return _key_event_page(session, number, {})


def _proposed_again(problem: Problem, number: int) -> str:
    """The page of the Key Event with the proposal as it was typed, and what was in the way."""
    with current.database().read() as session:
        return _key_event_page(session, number, asked.typed(), problem)


@blueprint.post("/key-events/<int:number>/mappings")
@for_programs
@requires("curate")
@hands_back(_proposed_again)
@limited("120/minute")
def propose(number: int) -> Response:
    """Propose a mapping."""
    form = asked.typed()
    target = parse_identifier(form.get("target", "")) or form.get("target", "")
    try:
        uuid = workflow.propose(
            current.database(),
            me(),
            asked.proposal(number, target, form, shown.unseal(number, form.get("shown", ""))),
        )
    except Refused as error:
        link = (url_for(".mapping", uuid=error.mapping), "See that mapping")
        raise told.problem_of(error, link if error.mapping else None) from error
    told.announce("proposed", uuid, number, target, " A reviewer who is not you decides.")
    return redirect(url_for(".mapping", uuid=uuid), 303)


@blueprint.get("/key-events/<int:number>/mappings")
@public
def proposing(number: int) -> Response:
    """The page whose form is sent here, for those who come by a link."""
    return redirect(url_for(".key_event", number=number))


def _no_verdict(problem: Problem, number: int) -> str:
    return render_template("curation/_verdict.html", problem=problem)


@blueprint.post("/key-events/<int:number>/preview")
@for_programs
@requires("curate")
@hands_back(_no_verdict)
def preview(number: int) -> str:
    """What follows from the answers given so far; computed here, shown beside the form."""
    with current.database().read() as session:
        event = asked.key_event(session, number)
        target = asked.target(session, request.form.get("target", ""))
        if target is None:
            raise Problem(404, "Not found.", "This target is not in the catalog.")
        given = request.form.to_dict()
        verdict = asked.verdict(target, given, event.level)
        return render_template(
            "curation/_verdict.html",
            verdict=verdict,
            changes=departures(verdict, given),
            scheme=scheme_of(target.resource),
        )


@blueprint.get("/review")
@public
def review() -> str:
    """Everything that waits for a reviewer, oldest first."""
    query = select(Mapping).where(Mapping.state == "proposed").order_by(Mapping.id)
    with current.database().read() as session:
        page = page_of(session, query, page_number(), REVIEW_PAGE)
        return render_template(
            "curation/review.html",
            page=page,
            resources=RESOURCES,
            schemes=SCHEMES,
        )


def _key_event_page(
    session: Session, number: int, given: dict[str, str], refused: Problem | None = None
) -> str:
    """The page, with a proposal as it was given and why it was refused."""
    event = asked.key_event(session, number)
    wanted = given.get("target") or request.args.get("target", "")
    chosen = asked.target(session, wanted)
    resource = request.values.get("resource", chosen.resource if chosen else "wikipathways")
    if resource not in RESOURCES:
        resource = "wikipathways"
    why = asked.why(session, event, resource)
    if why and why.answer and "resource" not in request.values:
        resource = why.answer.resource
    if refused:
        local = local_name(chosen.identifier) if chosen else None
        g.here = url_for(".key_event", number=number, target=local)
    text = "" if why else request.args.get("q", "").strip()[:200]
    suggestions, found = asked.candidates(session, event, resource, text)
    resource = suggestions.resource
    if not wanted:
        chosen = found
    roles = queries.roles_of(session, event.id)
    upstream, downstream = queries.neighbours(session, event.id)
    marks = overlay().for_key_events(session, [event.id]).get(event.id, [])
    earlier = lists.ended(session, event.id)
    verdict = asked.verdict(chosen, given, event.level) if chosen else None
    return render_template(
        "curation/key_event.html",
        event=event,
        roles=roles,
        kinds=[kind for kind in ROLES if kind in {role for _, role in roles}],
        upstream=upstream,
        downstream=downstream,
        resources=RESOURCES,
        resource=resource,
        text=text,
        identified=parse_identifier(text) is not None,
        suggestions=suggestions,
        labels=LABELS,
        sealed=shown.seal(number, suggestions),
        marks=marks,
        marked={mark.target: mark for mark in marks},
        earlier=earlier,
        rejected={one.target.identifier: one for one in earlier if one.state == "rejected"},
        chosen=chosen,
        why=why,
        standing=asked.beside_the_list(session, event, chosen, suggestions),
        missing=wanted[:60] if wanted and not chosen else "",
        genes=queries.genes_of(session, chosen.id) if chosen else [],
        annotations=queries.annotations_of(session, chosen.id) if chosen else [],
        scheme=scheme_of(chosen.resource) if chosen else None,
        verdict=verdict,
        changes=departures(verdict, given),
        given=given,
        refused=refused,
        fields=refused.fields if refused else {},
        predicates=PREDICATES,
        confidences=CONFIDENCES,
    )
