"""What a page tells after a step of the workflow: that it was done, or why it was not."""

from __future__ import annotations

from flask import flash, url_for
from markupsafe import Markup

from webapp.catalog.registry import local_name
from webapp.curation.refusals import Refused, Unknown
from webapp.errors import Problem


def announce(state: str, uuid: str, number: int, target: str, more: str = "") -> None:
    """Say on the next page what was done, and to which mapping."""
    link = Markup('{}: <a href="{}">KE {} → {}</a>.{}')
    address = url_for("curation.mapping", uuid=uuid)
    flash(
        link.format(state.capitalize(), address, number, local_name(target), more),
        "success" if state in {"proposed", "approved"} else "info",
    )


def problem_of(error: Refused, link: tuple[str, str] | None = None) -> Problem:
    """A refusal of the workflow as the site's error."""
    if isinstance(error, Unknown):
        return Problem(404, "Not found.", str(error))
    return Problem(error.status, str(error), "Nothing was changed.", fields=error.fields, link=link)
