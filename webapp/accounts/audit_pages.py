"""The page of the record for administrators, and its downloads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response, render_template, request

from webapp import current
from webapp.accounts import audit
from webapp.accounts.access import me, requires
from webapp.paging import page_of
from webapp.parameters import page_number

blueprint = Blueprint("audit", __name__)

_WRITERS = {
    "csv": (audit.as_csv, "text/csv; charset=utf-8"),
    "jsonl": (audit.as_json_lines, "application/jsonl; charset=utf-8"),
}


@blueprint.get("/audit")
@requires("admin")
def log() -> str:
    """All acts, newest first, with filters."""
    wanted = _wanted()
    with current.database().read() as session:
        page = page_of(session, audit.query(wanted), page_number())
        kinds = audit.kinds(session)
    return render_template(
        "accounts/audit.html",
        page=page,
        rows=[audit.of_row(row) for row in page.rows],
        wanted=wanted,
        unfiltered=audit.Wanted(),
        kinds=kinds,
        groups=sorted({one.partition(".")[0] for one in kinds}),
    )


@blueprint.get("/audit/events.<any(csv, jsonl):kind>")
@requires("admin")
def download(kind: str) -> Response:
    """The acts that the filters leave, all of them, as a file; itself an act."""
    wanted = _wanted()
    write, content_type = _WRITERS[kind]
    database = current.database()
    if request.method == "GET":
        with database.write() as session:
            audit.record(session, "audit.download", kind, person_id=me().id)

    def lines() -> Iterator[str]:
        with database.read() as session:
            yield from write(session, wanted)

    return Response(
        lines(),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="audit.{kind}"',
            "Cache-Control": "no-store",  # it names people
        },
    )


def _wanted() -> audit.Wanted:
    act = request.args.get("act", "")
    return audit.Wanted(
        act=act if re.fullmatch(r"[a-z-]+(\.[a-z-]+)?", act) else "",
        person=" ".join(request.args.get("person", "").split())[:200],
        since=_day("since"),
        until=_day("until"),
    )


def _day(name: str) -> str:
    try:
        return date.fromisoformat(request.args.get(name, "")).isoformat()
    except ValueError:
        return ""
