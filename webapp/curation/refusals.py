"""Why a step in the life of a mapping is not taken; each with the HTTP status that fits."""

from __future__ import annotations


class Refused(Exception):
    """A step that is not possible; `fields` names form fields, `mapping` the one in the way."""

    status = 422

    def __init__(
        self, message: str, *, fields: dict[str, str] | None = None, mapping: str = ""
    ) -> None:
        super().__init__(message)
        self.fields = fields or {}
        self.mapping = mapping


class NotAllowed(Refused):
    """This person may not take this step."""

    status = 403


class Conflict(Refused):
    """Somebody else was first, or the state does not allow the step."""

    status = 409


class Unknown(Refused):
    """What the step is about does not exist."""

    status = 404
