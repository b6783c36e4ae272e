"""The page that says what is kept about people, where, how long, and how it goes."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp import current
from webapp.accounts import tokens
from webapp.accounts.access import public
from webapp.accounts.invitation_pages import SPANS
from webapp.accounts.links import VALID_FOR

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
@public
def page() -> str:
    """What is kept, with the settings in force."""
    settings = current.settings()
    return render_template(
        "accounts/privacy.html",
        idle=in_words(settings.session_idle),
        lifetime=in_words(settings.session_lifetime),
        link_minutes=int(VALID_FOR.total_seconds() // 60),
        link_days=max(span.days for span, _ in SPANS.values()),
        token_days=max(tokens.DAYS),
        forgotten_days=tokens.FORGOTTEN_AFTER.days,
        snapshot_days=settings.backup_retention_days,
        copied_elsewhere=bool(settings.backup_copy_to),
    )


def in_words(seconds: int) -> str:
    """A duration in the largest unit that counts it in whole numbers: `14 days`."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            count = seconds // length
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{seconds} seconds"
