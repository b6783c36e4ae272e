"""The operator's page: how everything is at a glance, and the few acts that help.

Everything here is for administrators, and every act is recorded before it is done.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts import audit
from webapp.accounts.access import me, requires
from webapp.errors import Problem
from webapp.operations import rooms, snapshots, words
from webapp.operations.in_force import in_force
from webapp.operations.overview import Overview, look
from webapp.operations.programs import Program, Refused, Unreachable, supervisor
from webapp.security import limited

blueprint = Blueprint("operator", __name__)
blueprint.add_app_template_filter(words.size, "bytes")
blueprint.add_app_template_filter(words.span, "span")
blueprint.add_app_template_filter(words.age, "age")

LOG_LINES = 200


@blueprint.get("/operator")
@requires("admin")
def page() -> str:
    """Everything on one screen; the parts that change come again from `parts`."""
    return render_template(
        "operations/operator.html", seen=_look(), settings=in_force(current.settings())
    )


@blueprint.get("/operator/parts")
@requires("admin")
def parts() -> str:
    """What changes of that page, for the page itself."""
    return render_template("operations/_parts.html", seen=_look(), alone=True)


@blueprint.get("/operator/programs/<name>")
@requires("admin")
def program(name: str) -> str:
    """One program: its last lines, and the question before it is started or restarted."""
    return render_template(
        "operations/program.html", program=_find(name), count=LOG_LINES, now=datetime.now(UTC)
    )


@blueprint.post("/operator/programs/<name>/<any(start, restart):action>")
@requires("admin")
@limited("30/minute")
def act(name: str, action: str) -> Response | str:
    """Start or restart a program."""
    found = _find(name)
    if not (found.may_start if action == "start" else found.may_restart):
        raise Problem(
            409,
            f"{name} is {found.state} now.",
            f"Nothing was done. Look at it again before you {action} it.",
            link=(url_for("operator.program", name=name), f"Look at {name}"),
        )
    _record(f"program.{action}", name, pid=found.pid)
    try:
        if action == "start":
            supervisor().start(found)
        else:
            supervisor().restart(found)
    except (Refused, Unreachable) as error:
        _record(f"program.{action}-failed", name, reason=str(error))
        raise Problem(503, f"{name} could not be {action}ed.", str(error)) from error
    if found.is_ourselves:
        return render_template("operations/restarting.html")
    flash(f"{name} was {action}ed.", "success")
    return redirect(url_for("operator.page"), 303)


@blueprint.get("/operator/snapshots")
@requires("admin")
def snapshot_list() -> str:
    """All snapshots there are."""
    return render_template(
        "operations/snapshots.html",
        snapshots=snapshots.snapshots(current.settings().backup_dir),
        folder=current.settings().backup_dir,
        now=datetime.now(UTC),
    )


@blueprint.get("/operator/snapshots/<name>")
@requires("admin")
def download(name: str) -> Response:
    """A verified snapshot, or its manifest, as it lies in the folder."""
    path = snapshots.offered(current.settings().backup_dir, name)
    if path is None:
        raise Problem(
            404,
            "There is no verified snapshot of this name.",
            "It may have been deleted, as old ones are. Choose one from the list.",
            link=(url_for("operator.snapshot_list"), "All snapshots"),
        )
    if request.method == "GET":
        _record("snapshot.download", name)
    answer = send_file(path, as_attachment=True, download_name=name, conditional=False)
    # It names people, so no copy of it stays in a browser or on the way.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _look() -> Overview:
    return look(current.settings(), current.database(), rooms.states(), supervisor())


def _find(name: str) -> Program:
    try:
        found = supervisor().find(name)
    except (Refused, Unreachable) as error:
        raise Problem(
            503,
            "The programs cannot be seen now.",
            f"{error} Look at them on the machine: supervisorctl status",
            link=(url_for("operator.page"), "Operator's page"),
        ) from error
    if found is None:
        raise Problem(404, f"supervisord knows no program {name}.")
    return found


def _record(what: str, subject: str, **detail: Any) -> None:
    with current.database().write() as session:
        audit.record(session, what, subject, person_id=me().id, **detail)
