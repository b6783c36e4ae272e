"""Which rooms report of themselves in `/health`, beside what is looked at from outside."""

from __future__ import annotations

from webapp.operations.health import States
from webapp.search.pages import searcher
from webapp.suggestions.current import suggester


def states() -> States:
    """By the name of the component."""
    return {"suggestions": suggester().state, "search": searcher().state}
