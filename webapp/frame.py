"""What every page's frame needs: who is here, what is degraded, which releases are in use."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from webapp import current
from webapp.catalog.registry import RESOURCES
from webapp.curation.workflow import waiting_for_review
from webapp.operations import health as checks
from webapp.publishing.records import LICENCE
from webapp.publishing.records import releases as releases_in_use
from webapp.suggestions.current import suggester
from webapp.version import VERSION

log = logging.getLogger(__name__)

_SECTIONS = {
    "catalog.key_events": "curate",
    "curation.key_event": "curate",
    "curation.propose": "curate",
    "curation.review": "review",
    "catalog.aops": "explore",
    "catalog.aop": "explore",
    "catalog.target": "explore",
    "catalog.search": "explore",
    "curation.mapping": "explore",
    "publishing.data": "data",
}


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs: blank lines part them, everything is escaped."""
    parts = (part.strip() for part in text.split("\n\n"))
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in parts if part)


def resource_of(identifier: str) -> str:
    """The resource that a target's CURIE belongs to."""
    return next(
        key for key, resource in RESOURCES.items() if identifier.startswith(f"{resource.prefix}:")
    )


def init_app(app: Flask) -> None:
    """Give templates the frame's variables and filters."""
    app.jinja_env.filters["paragraphs"] = paragraphs
    app.jinja_env.filters["zip_with_self"] = lambda values: [(value, value) for value in values]
    app.jinja_env.filters["versions"] = lambda sources: ", ".join(
        f"{one['source']} {one['version']}" for one in sources
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

    @app.context_processor
    def frame() -> dict[str, object]:
        site: dict[str, object] = {"name": "KE-WP Mapping", "version": VERSION, "assets": assets}
        try:
            return _frame(site)
        except SQLAlchemyError:
            # The error page must appear above all when the database does not answer.
            log.exception("the frame of the page is incomplete")
            return {"person": None, "nav": "", "review_count": None, "site": site}


def _frame(site: dict[str, object]) -> dict[str, object]:
    with current.database().read() as session:
        releases = [
            {"source": one.name, "version": one.version, "date": one.date}
            for one in releases_in_use(session)
        ]
        waiting = waiting_for_review(session)
    # A Key Event's page says it beside the list itself.
    notice = "" if request.blueprint == "curation" and request.view_args else suggester().notice
    person = g.get("person")
    health = None
    if person is not None and person.can("admin"):
        found = checks.components(current.settings(), current.database(), suggester().state)
        health = {"status": checks.overall(found), "url": url_for("operations.health")}
    return {
        "person": person,
        "nav": _SECTIONS.get(request.endpoint or "", ""),
        "review_count": waiting,
        "site": {
            **site,
            "licence": {"name": "CC BY 4.0", "url": LICENCE},
            "releases": releases,
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
