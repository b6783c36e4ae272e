"""What the running application holds of this room, and what higher rooms registered for it."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from webapp.suggestions.coverage import Choices
from webapp.suggestions.service import Suggester


def suggester() -> Suggester:
    """The service that `create_app` made."""
    return cast(Suggester, current_app.extensions["kewp.suggestions"])


def register_choices(app: Flask, choices: Choices) -> None:
    """Let the room that knows them say which pairs are approved, and what was shown with them."""
    app.extensions["kewp.choices"] = choices


def choices() -> Choices:
    """What `create_app` registered."""
    return cast(Choices, current_app.extensions["kewp.choices"])
