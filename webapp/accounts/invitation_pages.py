"""For administrators: one-time links for single people, codes for workshops."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import audit, codes, links, people
from webapp.accounts.access import me, requires
from webapp.accounts.models import ROLES
from webapp.errors import Problem, hands_back
from webapp.security import limited

blueprint = Blueprint("invitations", __name__)

SPANS = {
    "15m": (timedelta(minutes=15), "15 minutes"),
    "1d": (timedelta(days=1), "1 day"),
    "7d": (timedelta(days=7), "7 days"),
}
"""How long a one-time link may wait for its person."""


@blueprint.get("/invitations")
@requires("admin")
def page() -> str:
    """Both forms, and the codes there are."""
    return _page()


def _typed_again(problem: Problem, **_arguments: str) -> str:
    return _page(given=request.form.to_dict(), refused=problem)


def _page(**given: object) -> str:
    with current.database().read() as database:
        found = codes.all_codes(database)
    return render_template(
        "accounts/invitations.html",
        **{"given": {}, "refused": None, **given},
        codes=found,
        state_of=codes.state_of,
        roles=ROLES,
        spans=[(key, words) for key, (_, words) in SPANS.items()],
        address=current.settings().address,
    )


def _shown_once(made: dict[str, object]) -> Response:
    """The page with a secret on it, which no cache keeps."""
    response = make_response(_page(made=made))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/invitations/link")
@requires("admin")
@hands_back(_typed_again)
@limited("60/minute")
def invite() -> Response:
    """Make a one-time link and show it, this once."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    span = SPANS.get(request.form.get("span", ""), SPANS["15m"])
    try:
        name = people.checked(name, role)
    except ValueError as error:
        raise Problem(422, "No link was made.", str(error), fields={"name": str(error)}) from error
    with current.database().write() as database:
        known = people.find(database, links.PROVIDER, people.subject_of(name))
        audit.record(database, "invitation.made", role, person_id=me().id)
    token = links.issue(current.runtime(), name, role, span[0], me().id)
    secret = f"{current.settings().address}{url_for('accounts.confirm', token=token)}"
    return _shown_once(
        {"link": secret, "name": name, "role": role, "span": span[1], "known": known}
    )


@blueprint.post("/invitations/codes")
@requires("admin")
@hands_back(_typed_again)
@limited("60/minute")
def make_code() -> Response:
    """Make a code and show it, this once."""
    try:
        uses, days = int(request.form.get("uses", "")), int(request.form.get("days", ""))
    except ValueError as error:
        field = "days" if request.form.get("uses", "").isdecimal() else "uses"
        raise Problem(
            422, "No code was made.", "", fields={field: "Give a whole number."}
        ) from error
    try:
        code = codes.make(
            current.database(),
            current.settings().require_secret_key(),
            label=request.form.get("label", ""),
            uses=uses,
            valid_for=timedelta(days=min(days, 10_000)),
            person_id=me().id,
        )
    except codes.Unfit as error:
        raise Problem(
            422, "No code was made.", str(error), fields={error.field: str(error)}
        ) from error
    return _shown_once({"code": code, "label": request.form.get("label", "")})


@blueprint.post("/invitations/codes/<code_id>/revoke")
@requires("admin")
@limited("60/minute")
def revoke(code_id: str) -> Response:
    """Let a code let nobody in any longer."""
    label = codes.revoke(current.database(), code_id, me().id)
    if label is None:
        raise Problem(
            404,
            "There is no such code in force.",
            "It may have been revoked already.",
            link=(url_for(".page"), "Invitations"),
        )
    flash(f"The code of {label} lets nobody in any longer.", "success")
    return redirect(url_for(".page"), 303)
