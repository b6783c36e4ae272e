"""Which targets fit a Key Event, and why: text, lexical and dense signals, fusion, reasons.

May import `catalog` and `accounts`; knows nothing of curation or publishing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def warm_up(app: Flask) -> None:
    """Load what all workers of an application share; gunicorn's master calls it before it forks."""
    app.extensions["kewp.suggestions"].warm_up()
