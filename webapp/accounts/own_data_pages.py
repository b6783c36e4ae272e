"""One's own data: taking it along, and having it erased."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.json import dumps
from werkzeug.wrappers import Response as AnyResponse

from webapp import current
from webapp.accounts import audit, erasure, own_data, roster, standing
from webapp.accounts.access import me, requires
from webapp.accounts.work import work
from webapp.errors import Problem
from webapp.security import limited

blueprint = Blueprint("own_data", __name__)


@blueprint.get("/account/export")
@requires("curate")
def export() -> Response:
    """All that is kept about the reader, as JSON; itself an act in the record."""
    person = me()
    if request.method == "GET":
        with current.database().write() as database:
            audit.record(database, "person.export", person.id, person_id=person.id)
    with current.database().read() as database:
        body = own_data.about(database, current.runtime(), person, work().of(database, person.id))
    return Response(
        dumps(body, indent=2, ensure_ascii=False) + "\n",
        content_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="my-data.json"',
            "Cache-Control": "no-store",
        },
    )


@blueprint.get("/account/erase")
@requires("curate")
def confirm_erasure() -> str:
    """The question before the reader erases themselves."""
    return _page()


@blueprint.post("/account/erase")
@requires("curate")
@limited("20/minute")
def erase() -> AnyResponse | tuple[str, int]:
    """Erase the reader, who typed their name."""
    try:
        pseudonym = erasure.erase(
            current.settings(),
            current.database(),
            current.runtime(),
            me().id,
            typed=request.form.get("name", ""),
            by=me().id,
        )
    except erasure.NotConfirmed as error:
        return _page(error=str(error)), 422
    except standing.Refused as error:
        raise Problem(
            409,
            "You cannot erase yourself yet.",
            str(error),
            link=(url_for("privacy.page"), "About your data"),
        ) from error
    session.clear()
    flash(f"You are erased here. What you contributed stays, by {pseudonym}.", "success")
    return redirect(url_for("home"), 303)


def _page(error: str = "") -> str:
    settings = current.settings()
    with current.database().read() as database:
        ways = roster.identities(database, me().id)
    return render_template(
        "accounts/erase.html",
        one=me(),
        listed=roster.is_listed(ways, settings.admin_users),
        action=url_for(".erase"),
        back=url_for("privacy.page"),
        error=error,
        days=settings.backup_retention_days,
    )
