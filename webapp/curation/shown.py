"""The list that was on the screen when somebody decided, sealed so that it comes back unchanged."""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from webapp.suggestions.lists import SuggestionList


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="list shown to a curator")


def seal(key_event: int, suggestions: SuggestionList) -> str:
    """A text for a hidden form field; empty while there is no list yet, so that none is kept."""
    if not suggestions.ready:
        return ""
    return str(_serializer().dumps([key_event, suggestions.as_shown()]))


def unseal(key_event: int, text: str) -> dict[str, Any] | None:
    """The list, or None where the text was not sealed by us for this Key Event."""
    try:
        number, shown = _serializer().loads(text)
    except (BadSignature, ValueError, TypeError):
        return None
    return dict(shown) if number == key_event and isinstance(shown, dict) else None
