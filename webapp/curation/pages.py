"""Pages of curation: home, a Key Event with its suggestions, a mapping, the review queue."""

from __future__ import annotations

from collections.abc import Sequence

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
from webapp.curation.refusals import Refused, Unknown
from webapp.errors import Problem, hands_back
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
        return _key_event_page(session, number, {})


def _proposed_again(problem: Problem, number: int) -> str:
    """The page of the Key Event with the proposal as it was typed, and what was in the way."""
    with current.database().read() as session:
        return _key_event_page(session, number, _typed(), problem)


@blueprint.post("/key-events/<int:number>/mappings")
@requires("curate")
@hands_back(_proposed_again)
@limited("120/minute")
def propose(number: int) -> Response:
    """Propose a mapping."""
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
    except Refused as error:
        link = (url_for(".mapping", uuid=error.mapping), "See that mapping")
        raise _problem(error, link if error.mapping else None) from error
    flash("Proposed. A reviewer who is not you decides.", "success")
    return redirect(url_for(".mapping", uuid=uuid), 303)


@blueprint.get("/key-events/<int:number>/mappings")
@public
def proposing(number: int) -> Response:
    """The page whose form is sent here, for those who come by a link."""
    return redirect(url_for(".key_event", number=number))


def _no_verdict(problem: Problem, number: int) -> str:
    return render_template("curation/_verdict.html", problem=problem)


@blueprint.post("/key-events/<int:number>/preview")
@requires("curate")
@hands_back(_no_verdict)
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
        return _mapping_page(session, uuid, {})


def _decided_again(problem: Problem, uuid: str, action: str) -> str:
    """The page of the mapping with the reason as it was typed, and what was in the way."""
    g.here = url_for(".mapping", uuid=uuid, return_to=request.form.get("return_to") or None)
    with current.database().read() as session:
        return _mapping_page(session, uuid, {**_typed(), "action": action}, problem)


@blueprint.post("/mappings/<uuid>/<any(approve, reject, withdraw):action>")
@requires("curate")
@hands_back(_decided_again)
@limited("120/minute")
def act(uuid: str, action: str) -> Response:
    """Take a step of the workflow."""
    try:
        state = workflow.act(
            current.database(),
            me(),
            uuid,
            action,
            reason=_typed().get("reason", ""),
            version=request.form.get("version", type=int),
        )
    except Refused as error:
        raise _problem(error) from error
    flash(f"The mapping is {state}.", "success")
    if request.form.get("return_to") == "review":
        return redirect(url_for(".review"), 303)
    return redirect(url_for(".mapping", uuid=uuid), 303)


@blueprint.get("/mappings/<uuid>/<any(approve, reject, withdraw):action>")
@public
def deciding(uuid: str, action: str) -> Response:
    """The page whose form is sent here, for those who come by a link."""
    return redirect(url_for(".mapping", uuid=uuid))


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


def _problem(error: Refused, link: tuple[str, str] | None = None) -> Problem:
    """A refusal of the workflow as the site's error."""
    if isinstance(error, Unknown):
        return Problem(404, "Not found.", str(error))
    return Problem(error.status, str(error), "Nothing was changed.", fields=error.fields, link=link)


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
    session: Session, number: int, given: dict[str, str], refused: Problem | None = None
) -> str:
    """The page, with a proposal as it was given and why it was refused."""
    event = _find_key_event(session, number)
    chosen = _find_target(session, given.get("target") or request.args.get("target", ""))
    resource = request.values.get("resource", chosen.resource if chosen else "wikipathways")
    if resource not in RESOURCES:
        resource = "wikipathways"
    if refused:
        local = RESOURCES[chosen.resource].local(chosen.identifier) if chosen else None
        g.here = url_for(".key_event", number=number, target=local)
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
        annotations=_annotations(session, chosen.id) if chosen else [],
        scheme=scheme_of(chosen.resource) if chosen else None,
        verdict=_verdict(chosen, given, event.level) if chosen else None,
        given=given,
        refused=refused,
        fields=refused.fields if refused else {},
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


def _mapping_page(
    session: Session, uuid: str, given: dict[str, str], refused: Problem | None = None
) -> str:
    """The page, with a decision as it was given and why it was refused."""
    found = session.scalar(select(Mapping).where(Mapping.uuid == uuid))
    if found is None:
        raise Problem(404, "Not found.", "There is no mapping with this address.")
    version = found.latest
    scheme = SCHEMES[version.assessment.scheme]
    questions, answers = scheme.questions, version.assessment.answers
    listed = [row[0] for row in (version.shown or {}).get("targets", ())]
    titles = dict(
        session.execute(
            select(Target.identifier, Target.title).where(Target.identifier.in_(listed))
        ).all()
    )
    return render_template(
        "curation/mapping.html",
        mapping=found,
        queue=_queue(session) if _reviews() else (),
        shown_titles=titles,
        genes=queries.genes_of(session, found.target_id),
        annotations=_annotations(session, found.target_id),
        version=version,
        scheme=scheme,
        bonus=version.score
        - sum(question.points(answers[question.name]) for question in questions),
        actions=_actions(found, given, refused),
        retired=workflow.retired_side(found),
        resource=RESOURCES[found.target.resource],
        reference_curie=reference_curie,
        reference_url=reference_url,
        given=given,
        refused=refused,
        fields=refused.fields if refused else {},
        address=f"{current.settings().address}{url_for('.mapping', uuid=uuid)}",
    )


def _actions(mapping: Mapping, given: dict[str, str], refused: Problem | None) -> list[str]:
    """What the page offers; a decision that was sent signed out is offered again."""
    if refused and refused.status == 401 and mapping.state == "proposed":
        return ["withdraw"] if given["action"] == "withdraw" else ["approve", "reject"]
    return workflow.allowed_actions(g.person, mapping)


def _reviews() -> bool:
    """Whether the one who reads works through the queue."""
    coming = request.values.get("return_to") == "review"
    return coming and g.person is not None and g.person.can("review")


def _queue(session: Session) -> Sequence[Mapping]:
    """The beginning of what waits for review, oldest first."""
    return session.scalars(
        select(Mapping).where(Mapping.state == "proposed").order_by(Mapping.id).limit(REVIEW_PAGE)
    ).all()


def _annotations(session: Session, target_id: int) -> Sequence[TargetAnnotation]:
    return session.scalars(
        select(TargetAnnotation).where(TargetAnnotation.target_id == target_id)
    ).all()
