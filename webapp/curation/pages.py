"""Pages of curation: home, a Key Event with its suggestions, a mapping, the review queue."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import me, public, requires
from webapp.catalog import queries
from webapp.catalog.models import ROLES, KeyEvent, Target, TargetAnnotation
from webapp.catalog.overlay import overlay
from webapp.catalog.pages import page_number
from webapp.catalog.registry import RESOURCES, parse_identifier
from webapp.curation import shown, workflow
from webapp.curation.assessment import SCHEMES, Unanswered, judge, read_answers, scheme_of
from webapp.curation.claim import Proposal
from webapp.curation.evidence import reference_curie, reference_url
from webapp.curation.models import CONFIDENCES, PREDICATES, Mapping, MappingEvent
from webapp.curation.refusals import Conflict, Refused, Unknown
from webapp.errors import Problem
from webapp.security import limited
from webapp.suggestions.current import suggester
from webapp.suggestions.service import SuggestionList

blueprint = Blueprint("curation", __name__)

REVIEW_PAGE = 25


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
        return _key_event_page(session, number, {}, {})


@blueprint.post("/key-events/<int:number>/mappings")
@requires("curate")
@limited("120/minute")
def propose(number: int) -> Response | tuple[str, int]:
    """Propose a mapping; a refused form comes back as it was typed."""
    form = _typed()
    try:
        uuid = workflow.propose(
            current.database(),
            me(),
            Proposal(
                key_event=number,
                target=parse_identifier(form.get("target", "")) or form.get("target", ""),
                answers=form,
                references=form.get("references", ""),
                note=form.get("note", ""),
                predicate=form.get("predicate", ""),
                confidence=form.get("confidence", ""),
                override_reason=form.get("override_reason", ""),
                shown=shown.unseal(number, form.get("shown", "")),
            ),
        )
    except Unknown as error:
        raise Problem(404, "Not found.", str(error)) from error
    except Conflict as error:
        link = (url_for(".mapping", uuid=error.mapping), "See that mapping")
        raise Problem(
            409, str(error), "Nothing was changed.", link=link if error.mapping else None
        ) from error
    except Refused as error:
        if not error.fields:
            raise Problem(error.status, str(error)) from error
        with current.database().read() as session:
            return _key_event_page(session, number, form, error.fields), error.status
    flash("Proposed. A reviewer who is not you decides.", "success")
    return redirect(url_for(".mapping", uuid=uuid), 303)


@blueprint.post("/key-events/<int:number>/preview")
@requires("curate")
def preview(number: int) -> str:
    """What follows from the answers given so far; computed here, shown beside the form."""
    with current.database().read() as session:
        event = _find_key_event(session, number)
        target = _find_target(session, request.form.get("target", ""))
        if target is None:
            raise Problem(404, "Not found.", "This target is not in the catalog.")
        return render_template(
            "curation/_verdict.html",
            verdict=_verdict(target, request.form.to_dict(), event.level),
            scheme=scheme_of(target.resource),
        )


@blueprint.get("/mappings/<uuid>")
@public
def mapping(uuid: str) -> str:
    """A mapping as a citable record, with its history."""
    with current.database().read() as session:
        return _mapping_page(session, uuid, {}, "")


@blueprint.post("/mappings/<uuid>/<any(approve, reject, withdraw):action>")
@requires("curate")
@limited("120/minute")
def act(uuid: str, action: str) -> Response | tuple[str, int]:
    """Take a step of the workflow; a refused one comes back with what was typed."""
    reason = _typed().get("reason", "")
    try:
        state = workflow.act(
            current.database(),
            me(),
            uuid,
            action,
            reason=reason,
            version=request.form.get("version", type=int),
        )
    except Refused as error:
        if error.fields:
            with current.database().read() as session:
                return _mapping_page(session, uuid, error.fields, reason), error.status
        link = (url_for(".mapping", uuid=uuid), "See the mapping as it is now")
        raise Problem(
            error.status, str(error), link=link if error.status == 409 else None
        ) from error
    flash(f"The mapping is {state}.", "success")
    if request.form.get("return_to") == "review":
        return redirect(url_for(".review"), 303)
    return redirect(url_for(".mapping", uuid=uuid), 303)


@blueprint.get("/review")
@public
def review() -> str:
    """Everything that waits for a reviewer, oldest first."""
    query = select(Mapping).where(Mapping.state == "proposed").order_by(Mapping.id)
    with current.database().read() as session:
        page = queries.page_of(session, query, page_number(), REVIEW_PAGE)
        return render_template(
            "curation/review.html",
            page=page,
            resources=RESOURCES,
            schemes=SCHEMES,
        )


def _typed() -> dict[str, str]:
    """The form as it was typed: browsers send each line break as two signs."""
    return {name: value.replace("\r\n", "\n") for name, value in request.form.items()}


def _find_key_event(session: Session, number: int) -> KeyEvent:
    found = session.scalar(select(KeyEvent).where(KeyEvent.number == number))
    if found is None:
        raise Problem(404, "Not found.", f"There is no Key Event {number} in the catalog.")
    return found


def _find_target(session: Session, text: str) -> Target | None:
    identifier = parse_identifier(text)
    return session.scalar(select(Target).where(Target.identifier == identifier))


def _verdict(target: Target, given: dict[str, str], level: str | None) -> object:
    scheme = scheme_of(target.resource)
    try:
        return judge(scheme, read_answers(scheme, given), level)
    except Unanswered:
        return None


def _key_event_page(
    session: Session, number: int, given: dict[str, str], fields: dict[str, str]
) -> str:
    event = _find_key_event(session, number)
    chosen = _find_target(session, given.get("target") or request.args.get("target", ""))
    resource = request.values.get("resource", chosen.resource if chosen else "wikipathways")
    if resource not in RESOURCES:
        resource = "wikipathways"
    text = request.args.get("q", "").strip()[:200]
    suggestions, found = _candidates(session, event, resource, text)
    if chosen is None and found is not None:
        chosen = found
    roles = queries.roles_of(session, event.id)
    upstream, downstream = queries.neighbours(session, event.id)
    marks = overlay().for_key_events(session, [event.id]).get(event.id, [])
    earlier = session.scalars(
        select(Mapping)
        .where(Mapping.key_event_id == event.id, Mapping.state == "rejected")
        .order_by(Mapping.id)
    ).all()
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
        suggestions=suggestions,
        sealed=shown.seal(number, suggestions),
        marks=marks,
        marked={mark.target: mark for mark in marks},
        rejected={one.target.identifier: one for one in earlier},
        chosen=chosen,
        genes=queries.genes_of(session, chosen.id) if chosen else [],
        annotations=session.scalars(
            select(TargetAnnotation).where(TargetAnnotation.target_id == chosen.id)
        ).all()
        if chosen
        else [],
        scheme=scheme_of(chosen.resource) if chosen else None,
        verdict=_verdict(chosen, given, event.level) if chosen else None,
        given=given,
        fields=fields,
        predicates=PREDICATES,
        confidences=CONFIDENCES,
    )


def _candidates(
    session: Session, event: KeyEvent, resource: str, text: str
) -> tuple[SuggestionList, Target | None]:
    """The list for a Key Event, or for a search; an identifier also selects its target."""
    if not text:
        return suggester().for_key_event(session, event, resource), None
    return suggester().for_text(session, text, resource, 20), _find_target(session, text)


def _mapping_page(session: Session, uuid: str, fields: dict[str, str], reason: str) -> str:
    found = session.scalar(select(Mapping).where(Mapping.uuid == uuid))
    if found is None:
        raise Problem(404, "Not found.", "There is no mapping with this address.")
    version = found.latest
    scheme = SCHEMES[version.assessment.scheme]
    questions, answers = scheme.questions, version.assessment.answers
    return render_template(
        "curation/mapping.html",
        mapping=found,
        version=version,
        scheme=scheme,
        bonus=version.score
        - sum(question.points(answers[question.name]) for question in questions),
        actions=workflow.allowed_actions(g.person, found),
        retired=workflow.retired_side(found),
        resource=RESOURCES[found.target.resource],
        reference_curie=reference_curie,
        reference_url=reference_url,
        fields=fields,
        reason=reason,
        address=f"{current.settings().address}{url_for('.mapping', uuid=uuid)}",
    )
