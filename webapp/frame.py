"""What every page's frame needs: who is here, what is degraded, which releases are in use."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import current, texts
from webapp.catalog.registry import RESOURCES
from webapp.curation.workflow import waiting_for_review
from webapp.operations import health as checks
from webapp.operations import rooms
from webapp.publishing.records import LICENCE, SOURCES
from webapp.publishing.records import releases as releases_in_use
from webapp.suggestions.builder import catalog_version
from webapp.suggestions.current import suggester
from webapp.version import VERSION

log = logging.getLogger(__name__)

_SECTIONS = {
    "catalog.key_events": "curate",
    "curation.key_event": "curate",
    "curation.propose": "curate",
    "suggestions.figures": "curate",
    "curation.review": "review",
    "catalog.aops": "explore",
    "catalog.aop": "explore",
    "catalog.target": "explore",
    "catalog.gene": "explore",
    "search.search": "explore",
    "curation.mapping": "curate",
    "publishing.data": "data",
}


def resource_of(identifier: str) -> str:
    """The resource that a target's CURIE belongs to."""
    return next(
        key for key, resource in RESOURCES.items() if identifier.startswith(f"{resource.prefix}:")
    )


def init_app(app: Flask) -> None:
    """Give templates the frame's variables and filters."""
    app.jinja_env.filters.update(texts.FILTERS)
    app.jinja_env.filters["zip_with_self"] = lambda values: [(value, value) for value in values]
    app.jinja_env.filters["versions"] = lambda sources: ", ".join(
        f"{SOURCES.get(one['source'], (one['source'],))[0]} {one['version']}" for one in sources
    )

    @app.template_global()
    def page_url(number: int) -> str:
        """The address of another page of this list, with the same filters."""
        return f"{request.path}?{urlencode({**request.args, 'page': number})}"

    @app.template_filter("local_id")
    def local_id(identifier: str) -> str:
        return RESOURCES[resource_of(identifier)].local(identifier)

    @app.template_filter("source_url")
    def source_url(identifier: str) -> str:
        return RESOURCES[resource_of(identifier)].url(identifier)

    assets = _digest(Path(app.static_folder or ""))

    def max_age(_filename: str | None) -> int | None:
        # An address with the digest of its files may be kept for ever; others are asked again.
        return 31_536_000 if request.args.get("v") == assets else None

    app.get_send_file_max_age = max_age  # type: ignore[method-assign, assignment]

    releases = _Releases()

    @app.context_processor
    def frame() -> dict[str, object]:
        site: dict[str, object] = {"name": "KE-WP Mapping", "version": VERSION, "assets": assets}
        try:
            return _frame(site, releases)
        except SQLAlchemyError:
            # The error page must appear above all when the database does not answer.
            log.exception("the frame of the page is incomplete")
            known = {"person": g.get("person"), "here": g.get("here")}
            return {**known, "nav": "", "review_count": None, "site": site}


class _Releases:
    """The releases in use, looked for once an import: that takes longer than all else here."""

    def __init__(self) -> None:
        self._kept: tuple[str, list[dict[str, str]]] = ("", [])

    def of(self, session: Session) -> list[dict[str, str]]:
        """Source, version and date of each release that the catalog has come from."""
        version = catalog_version(session)
        if version != self._kept[0]:
            found = releases_in_use(session)
            self._kept = (
                version,
                [{"source": one.name, "version": one.version, "date": one.date} for one in found],
            )
        return self._kept[1]


def _frame(site: dict[str, object], releases: _Releases) -> dict[str, object]:
    with current.database().read() as session:
        in_use = releases.of(session)
        waiting = waiting_for_review(session)
    person = g.get("person")
    health, notice = None, ""
    if person is not None and person.can("admin"):
        # Who can mend it is told everywhere; a Key Event's page says it beside the list itself.
        beside_the_list = request.blueprint == "curation" and request.view_args
        notice = "" if beside_the_list else suggester().notice
        found = checks.components(current.settings(), current.database(), rooms.states())
        health = {"status": checks.overall(found), "url": url_for("operator.page")}
    # An address that can be opened again: a page that came back from a form has none of its own.
    readable = request.full_path.rstrip("?") if request.method == "GET" else url_for("home")
    return {
        "person": person,
        "here": g.get("here", readable),
        "nav": _SECTIONS.get(request.endpoint or "", ""),
        "review_count": waiting,
        "site": {
            **site,
            "licence": {"name": "CC BY 4.0", "url": LICENCE},
            "releases": in_use,
            "health": health,
            "notices": [{"level": "warning", "text": notice}] if notice else [],
        },
    }


def _digest(folder: Path) -> str:
    """One digest of all static files, so that browsers fetch them anew after an upgrade."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
