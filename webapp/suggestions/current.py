"""The suggestion service of the running application."""

from __future__ import annotations

from typing import cast

from flask import current_app

from webapp.suggestions.service import Suggester


def suggester() -> Suggester:
    """The service that `create_app` made."""
    return cast(Suggester, current_app.extensions["kewp.suggestions"])
