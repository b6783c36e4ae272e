"""Tells higher rooms that the catalog was imported, without knowing them.

A room registers a callback in `create_app()` or in the command line's start. `announce` runs after
every completed import, also one that changed nothing: an import is what an operator repeats when
something derived from the catalog looks wrong, so a listener compares and returns when it is up to
date.
"""

from __future__ import annotations

from collections.abc import Callable

from webapp.settings import Settings

catalog_changed: list[Callable[[Settings], None]] = []
"""Called with the settings, in the order of registration, outside any transaction."""


def announce(settings: Settings) -> None:
    """Call every registered callback; the first one that raises ends it."""
    for callback in catalog_changed:
        callback(settings)
