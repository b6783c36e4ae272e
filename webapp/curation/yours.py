"""The page of what somebody proposed themselves, and what became of it."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import current
from webapp.accounts.access import for_programs, me, requires
from webapp.curation import lists
from webapp.curation.models import STATES
from webapp.curation.steps import PAST
from webapp.paging import page_of
from webapp.parameters import choice, page_number

blueprint = Blueprint("yours", __name__)

PAGE = 25


@blueprint.get("/your-mappings")
@for_programs
@requires("curate")
def mappings() -> str:
    """What the reader proposed, newest first; all, or those in one state."""
    state = choice("state", STATES)
    with current.database().read() as session:
        page = page_of(session, lists.made_by(me(), state), page_number(), PAGE)
        return render_template(
            "curation/yours.html", page=page, state=state, states=STATES, past=PAST
        )
