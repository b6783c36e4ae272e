"""The page about our data, and the downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp import current
from webapp.accounts.access import public
from webapp.catalog.queries import genes_of
from webapp.curation.models import LIVE_STATES, Mapping
from webapp.database import utc_now
from webapp.publishing import formats, records
from webapp.publishing.records import LICENCE
from webapp.version import VERSION

blueprint = Blueprint("publishing", __name__)

Writer = Callable[[Session, formats.Header], Iterator[str]]


@blueprint.get("/data")
@public
def data() -> str:
    """What can be downloaded, in which format, under which licence."""
    with current.database().read() as session:
        count = session.scalar(
            select(func.count()).where(
                Mapping.approved_version.is_not(None), Mapping.state.in_(LIVE_STATES)
            )
        )
        releases = records.releases(session)
    return render_template("publishing/data.html", count=count, releases=releases, licence=LICENCE)


@blueprint.get("/exports/mappings.sssom.tsv")
@public
def sssom() -> Response:
    """Approved mappings as SSSOM TSV."""
    return _stream(
        "text/tab-separated-values; charset=utf-8",
        "mappings.sssom.tsv",
        lambda session, header: formats.sssom(header, records.approved(session)),
    )


@blueprint.get("/exports/mappings.csv")
@public
def comma_separated() -> Response:
    """Approved mappings as CSV."""
    return _stream(
        "text/csv; charset=utf-8",
        "mappings.csv",
        lambda session, header: formats.comma_separated(header, records.approved(session)),
    )


@blueprint.get("/exports/mappings.gmt")
@public
def gmt() -> Response:
    """Approved mappings as gene sets."""
    return _stream(
        "text/plain; charset=utf-8",
        "mappings.gmt",
        lambda session, header: formats.gmt(
            header, records.approved(session), lambda target: genes_of(session, target)
        ),
    )


def _stream(content_type: str, name: str, write: Writer) -> Response:
    """A download whose rows all come from one state of the database."""
    database = current.database()
    address = current.settings().address

    def lines() -> Iterator[str]:
        with database.read() as session:
            header = formats.Header(address, utc_now(), VERSION, records.releases(session))
            yield from write(session, header)

    return Response(
        lines(),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-cache",
            "Link": f'<{LICENCE}>; rel="license"',
        },
    )
