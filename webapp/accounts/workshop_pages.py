"""Where somebody with the code of a workshop comes in."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import codes, failures, links, people, sessions
from webapp.accounts.access import public
from webapp.accounts.pages import go_on
from webapp.errors import Problem, hands_back
from webapp.security import throttle

blueprint = Blueprint("workshop", __name__)


@blueprint.get("/workshop")
@public
def page() -> str:
    """The form for code and name."""
    return render_template("accounts/workshop.html", given={}, refused=None)


def _typed_again(problem: Problem) -> str:
    return render_template("accounts/workshop.html", given=request.form.to_dict(), refused=problem)


@blueprint.post("/workshop")
@public
@hands_back(_typed_again)
def come_in() -> Response:
    """Sign a guest in."""
    failures.refuse_guessing()
    who = f"{sessions.browser()}\n{people.subject_of(request.form.get('name', ''))}"
    throttle("sign-in of a person", links.hashed(who))
    try:
        guest = codes.redeem(
            current.database(),
            current.settings().require_secret_key(),
            request.form.get("code", "")[:100],
            request.form.get("name", ""),
            sessions.browser(),
        )
    except codes.NotRedeemed as error:
        if error.field == "code":
            failures.note(codes.PROVIDER, "code")
        raise Problem(
            422, "You are not in yet.", str(error), fields={error.field: str(error)}
        ) from error
    return go_on(guest.person, f"Workshop code: {guest.label}")
