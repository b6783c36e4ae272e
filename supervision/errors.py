"""The one error of this room."""

from __future__ import annotations


class StartError(SystemExit):
    """Nothing can be started; the text is one sentence for the operator, with the remedy."""
