"""The page that says how good the suggestions are. Public: it tells of nobody's decisions."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import current
from webapp.accounts.access import public
from webapp.catalog.registry import RESOURCES
from webapp.suggestions import plots
from webapp.suggestions.coverage import coverage
from webapp.suggestions.current import choices
from webapp.suggestions.learning.history import history
from webapp.suggestions.quality import quality
from webapp.suggestions.shares import FEW

blueprint = Blueprint("suggestions", __name__)


@blueprint.get("/suggestions/quality")
@public
def figures() -> str:
    """What evaluations found, and how often curators found what they wanted in the list."""
    with current.database().read() as session:
        found = {key: quality(session, key) for key in RESOURCES}
        covered = coverage(choices()(session))
        learnt = history(session)
    return render_template(
        "suggestions/quality.html",
        resources=RESOURCES,
        found={key: one for key, one in found.items() if one},
        covered={key: covered[key] for key in RESOURCES if key in covered},
        learnt=learnt,
        plots=plots,
        few=FEW,
    )
