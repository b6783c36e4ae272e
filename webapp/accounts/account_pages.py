"""One's own account: who one is here, how one signs in, where one is signed in."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import audit, codes, identities, links, sessions
from webapp.accounts.access import me, requires
from webapp.errors import Problem
from webapp.security import limited

blueprint = Blueprint("account", __name__)

_OWN_WAYS = {links.PROVIDER: "One-time link", codes.PROVIDER: "Workshop code"}


@blueprint.get("/account")
@requires("curate")
def page() -> str:
    """Who somebody is here."""
    providers = current_app.extensions["kewp.providers"]
    with current.database().read() as database:
        ways = identities.ways_of(database, me().id)
    used = {one.provider for one in ways}
    return render_template(
        "accounts/account.html",
        me=me(),
        ways=ways,
        used=used,
        labels={key: one.label for key, one in providers.items()} | _OWN_WAYS,
        guest=used == {codes.PROVIDER},
        # One has one ORCID iD; of the others one may have several accounts.
        further=[one for key, one in providers.items() if key != "orcid" or key not in used],
        sessions=sessions.of_person(me().id),
        is_this=sessions.is_this,
    )


@blueprint.post("/account/unlink")
@requires("curate")
@limited("60/minute")
def unlink() -> Response:
    """Remove a way to sign in."""
    provider, subject = request.form.get("provider", ""), request.form.get("subject", "")
    try:
        identities.unlink(current.database(), me().id, provider, subject)
    except identities.NotLinked as error:
        raise Problem(
            409,
            "This way to sign in stays.",
            str(error),
            link=(url_for(".page"), "Your account"),
        ) from error
    flash("It no longer signs you in.", "success")
    return redirect(url_for(".page"), 303)


@blueprint.post("/account/sessions/end")
@requires("curate")
@limited("60/minute")
def end_sessions() -> Response:
    """Sign out elsewhere: everywhere, or in the one place that is named."""
    which = request.form.get("session") or None
    with current.database().write() as database:
        audit.record(database, "session.ended", "one" if which else "others", person_id=me().id)
    count = sessions.end_others(me().id, which)
    flash(
        f"Signed out in {count} other {'place' if count == 1 else 'places'}."
        if count
        else "You were signed in nowhere else.",
        "success" if count else "info",
    )
    return redirect(url_for(".page"), 303)
