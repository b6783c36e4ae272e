"""What the web server's master does before it forks, so that its workers share it.

A page that has been opened once has its templates compiled, its queries built and the database's
tables mapped: 10 MB in each worker otherwise, and a slow first page in each.
"""

from __future__ import annotations

import logging

from flask import Flask
from sqlalchemy import func, select

from webapp import search, suggestions
from webapp.catalog.models import KeyEvent, Target
from webapp.operations.metrics import UNCOUNTED

log = logging.getLogger(__name__)

PAGES = (
    "/",
    "/key-events",
    "/aops",
    "/review",
    "/search?q=apoptosis&kind=key_event",
    "/data",
    "/exports/mappings.sssom.tsv",
    "/exports/mappings.csv",
    "/exports/mappings.gmt",
    "/sign-in",
    "/health",
)
"""No free text for suggestions, and a search of one kind alone, which asks for names and never for
meaning: free text is encoded by a thread, and threads do not survive a fork."""


def warm_up(app: Flask) -> None:
    """Load index and encoder, and open the pages once; leaves no connection and no thread."""
    suggestions.warm_up(app)
    search.warm_up(app)
    database, runtime = (app.extensions[f"kewp.{name}"] for name in ("database", "runtime"))
    with database.read() as session:
        key_event = session.scalar(select(func.min(KeyEvent.number)))
        target = session.scalar(select(func.min(Target.identifier)))
    one_of_each = (f"/key-events/{key_event}", f"/targets/{target}") if key_event and target else ()
    browser = app.test_client()
    for page in (*PAGES, *one_of_each):
        answer = browser.get(page, environ_overrides={UNCOUNTED: True})
        if answer.status_code != 200:
            log.warning("warming up: %s answered %s", page, answer.status)
    for opened in (database, runtime):
        opened.close()
