"""The page of a mapping, its steps, and the form of a new version."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import for_programs, me, public, requires
from webapp.catalog import queries
from webapp.catalog.models import Target
from webapp.catalog.registry import RESOURCES
from webapp.curation import asked, lists, told, workflow
from webapp.curation.assessment import SCHEMES, scheme_of
from webapp.curation.blueprint import REVIEW_PAGE, blueprint
from webapp.curation.claim import departures
from webapp.curation.difference import changes, compared_with
from webapp.curation.evidence import reference_curie, reference_url
from webapp.curation.models import CONFIDENCES, PREDICATES, Mapping, MappingVersion
from webapp.curation.refusals import Refused
from webapp.errors import Problem, hands_back
from webapp.security import limited

ACTIONS = "<any(approve, return, reject, withdraw, retire, supersede, undo):action>"


@blueprint.get("/mappings/<uuid>")
@public
def mapping(uuid: str) -> str:
    """A mapping as a citable record, with its history."""
    with current.database().read() as session:
        return _page(session, uuid, {})


def _decided_again(problem: Problem, uuid: str, action: str) -> str:
    """The page of the mapping with the reason as it was typed, and what was in the way."""
    g.here = url_for(".mapping", uuid=uuid, return_to=request.form.get("return_to") or None)
    with current.database().read() as session:
        return _page(session, uuid, {**asked.typed(), "action": action}, problem)


@blueprint.post(f"/mappings/<uuid>/{ACTIONS}")
@for_programs
@requires("curate")
@hands_back(_decided_again)
@limited("120/minute")
def act(uuid: str, action: str) -> Response:
    """Take a step of the workflow."""
    given = asked.typed()
    try:
        state = workflow.act(
            current.database(),
            me(),
            uuid,
            action,
            reason=given.get("reason", ""),
            version=request.form.get("version", type=int),
            successor=given.get("successor", ""),
            self_review=current.settings().self_review,
        )
    except Refused as error:
        raise told.problem_of(error) from error
    with current.database().read() as session:
        done = _find(session, uuid)
        told.announce(told.done(action, state), uuid, done.key_event.number, done.target.identifier)
        if not asked.reviewing():
            return redirect(url_for(".mapping", uuid=uuid), 303)
        following = lists.next_waiting(session, me(), done.id)
    if following is None:
        return redirect(url_for(".review"), 303)
    return redirect(
        url_for(".mapping", uuid=following.uuid, return_to="review", _anchor="main"), 303
    )


@blueprint.get(f"/mappings/<uuid>/{ACTIONS}")
@public
def deciding(uuid: str, action: str) -> Response:
    """The page whose form is sent here, for those who come by a link."""
    return redirect(url_for(".mapping", uuid=uuid))


@blueprint.get("/mappings/<uuid>/edit")
@requires("curate")
def editing(uuid: str) -> str:
    """The form of a new version: an answer to a reviewer, or a revision."""
    with current.database().read() as session:
        return _form(session, uuid, {})


def _edited_again(problem: Problem, uuid: str) -> str:
    """The form as it was typed, and what was in the way."""
    g.here = url_for(".editing", uuid=uuid)
    with current.database().read() as session:
        return _form(session, uuid, asked.typed(), problem)


@blueprint.post("/mappings/<uuid>/edit")
@for_programs
@requires("curate")
@hands_back(_edited_again)
@limited("120/minute")
def edit(uuid: str) -> Response:
    """Submit a new version."""
    form = asked.typed()
    with current.database().read() as session:
        found = _find(session, uuid)
        number, target = found.key_event.number, found.target.identifier
        action = "resubmit" if found.state == "returned" else "revise"
    try:
        workflow.act(
            current.database(),
            me(),
            uuid,
            action,
            reason=form.get("reason", ""),
            version=request.form.get("version", type=int),
            proposal=asked.proposal(number, target, form),
        )
    except Refused as error:
        raise told.problem_of(error) from error
    told.announce("proposed", uuid, number, target, " A reviewer who is not you decides.")
    return redirect(url_for(".mapping", uuid=uuid), 303)


def _find(session: Session, uuid: str) -> Mapping:
    found = session.scalar(select(Mapping).where(Mapping.uuid == uuid))
    if found is None:
        raise Problem(404, "Not found.", "There is no mapping with this address.")
    return found


def _form(
    session: Session, uuid: str, given: dict[str, str], refused: Problem | None = None
) -> str:
    found = _find(session, uuid)
    version = found.standing
    allowed = workflow.allowed_actions(g.person, found)
    action = next((one for one in ("resubmit", "revise") if one in allowed), None)
    if action is None and refused is None:
        why = (
            "Its author answers the reviewer."
            if found.state == "returned"
            else f"It is {found.state}; only approved mappings are revised."
        )
        raise Problem(
            409, "This mapping takes no new version now.", why, link=(_address(found), "See it")
        )
    given = given or _given(version)
    verdict = asked.verdict(found.target, given, found.key_event.level)
    return render_template(
        "curation/edit.html",
        mapping=found,
        version=version,
        scheme=scheme_of(found.target.resource),
        event=found.key_event,
        target=found.target,
        returned=found.events[-1] if found.state == "returned" else None,
        verdict=verdict,
        changes=departures(verdict, given),
        given=given,
        refused=refused,
        fields=refused.fields if refused else {},
        predicates=PREDICATES,
        confidences=CONFIDENCES,
    )


def _address(found: Mapping) -> str:
    return url_for(".mapping", uuid=found.uuid)


def _given(version: MappingVersion) -> dict[str, str]:
    """The form as a version would have filled it in."""
    changed = version.override_reason != ""
    return {
        **version.assessment.answers,
        "references": "\n".join(reference_curie(one) for one in version.evidence),
        "note": version.note,
        "predicate": version.predicate if changed else "",
        "confidence": version.confidence if changed else "",
        "override_reason": version.override_reason,
    }


def _page(
    session: Session, uuid: str, given: dict[str, str], refused: Problem | None = None
) -> str:
    """The page, with a decision as it was given and why it was refused."""
    found = _find(session, uuid)
    version = found.standing
    scheme = SCHEMES[version.assessment.scheme]
    questions, answers = scheme.questions, version.assessment.answers
    listed = [row[0] for row in (version.shown or {}).get("targets", ())]
    titles = dict(
        session.execute(
            select(Target.identifier, Target.title).where(Target.identifier.in_(listed))
        ).all()
    )
    earlier = compared_with(found, version)
    return render_template(
        "curation/mapping.html",
        mapping=found,
        queue=_queue(session) if asked.reviewing() else (),
        shown_titles=titles,
        genes=queries.genes_of(session, found.target_id),
        annotations=queries.annotations_of(session, found.target_id),
        version=version,
        earlier=earlier,
        changed=changes(earlier, version) if earlier else [],
        ended=found.events[-1] if found.state in lists.OVER else None,
        history=told.history(found.events),
        scheme=scheme,
        bonus=version.score
        - sum(question.points(answers[question.name]) for question in questions),
        actions=_actions(found, given, refused),
        reviewing=asked.reviewing(),
        following=lists.next_waiting(session, g.person, found.id)
        if g.person and g.person.can("review")
        else None,
        next_event=lists.next_unmapped(session, found.key_event.number) if g.person else None,
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
        if given["action"] == "withdraw":
            return ["withdraw"]
        return ["approve", "return", "reject"]
    return workflow.allowed_actions(g.person, mapping, self_review=current.settings().self_review)


def _queue(session: Session) -> Sequence[Mapping]:
    """The beginning of what waits for review, oldest first."""
    return session.scalars(
        select(Mapping).where(Mapping.state == "proposed").order_by(Mapping.id).limit(REVIEW_PAGE)
    ).all()
