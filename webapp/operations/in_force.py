"""The settings in force as people may see them: secrets are named, never shown."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.settings import SETTINGS, Settings


@dataclass(frozen=True)
class InForce:
    """One setting: `source` is `environment`, `.env` or `default`."""

    name: str
    value: str
    source: str
    help: str


def in_force(settings: Settings) -> list[InForce]:
    """All settings in the order of the table."""
    return [
        InForce(
            setting.name,
            _shown(getattr(settings, setting.attribute), setting.secret),
            settings.sources[setting.name],
            setting.help,
        )
        for setting in SETTINGS
    ]


def _shown(value: object, secret: bool) -> str:
    if secret:
        return "(set)" if value else ""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return str(value)
