"""What a page tells after a step of the workflow: that it was done, or why it was not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, request, url_for
from markupsafe import Markup

from webapp.catalog.registry import local_name
from webapp.curation.models import MappingEvent
from webapp.curation.refusals import Refused, Unknown
from webapp.curation.steps import PAST
from webapp.errors import Problem


def announce(state: str, uuid: str, number: int, target: str, more: str = "") -> None:
    """Say on the next page what was done, and to which mapping."""
    link = Markup('{}: <a href="{}"{}>KE {} → {}</a>.{}')
    # What was sent is no draft any more, whatever page comes next.
    draft = request.form.get("draft", "")
    drops = Markup(' data-drops-draft="{}"').format(draft) if draft else ""
    address = url_for("curation.mapping", uuid=uuid)
    flash(
        link.format(state.capitalize(), address, drops, number, local_name(target), more),
        "success" if state in {"proposed", "approved"} else "info",
    )


def done(action: str, state: str) -> str:
    """What became of a mapping by a step, in a word or two."""
    if action in {"reject", "withdraw"} and state == "approved":
        return f"revision {PAST[action]}; the approved version stands"
    return PAST[action]


def history(events: Iterable[MappingEvent]) -> list[dict[str, Any]]:
    """The life of a mapping for the timeline."""
    return [
        {
            "at": one.at,
            "who": one.person.name,
            "what": f"{_DID[one.action]} version {one.version}",
            "state": one.after,
            "reason": one.reason,
        }
        for one in events
    ]


_DID = {
    "propose": "proposed",
    "approve": "approved",
    "return": "returned",
    "reject": "rejected",
    "withdraw": "withdrew",
    "resubmit": "submitted",
    "revise": "proposed a revision,",
    "retire": "retired",
    "supersede": "replaced",
    "undo": "took back the approval of",
}


def problem_of(error: Refused, link: tuple[str, str] | None = None) -> Problem:
    """A refusal of the workflow as the site's error."""
    if isinstance(error, Unknown):
        return Problem(404, "Not found.", str(error))
    return Problem(error.status, str(error), "Nothing was changed.", fields=error.fields, link=link)
