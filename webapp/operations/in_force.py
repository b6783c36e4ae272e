"""The settings in force as people may see them: secrets are named, never shown."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.settings import Settings


@dataclass(frozen=True)
class InForce:
    """One setting: `source` is `environment`, `running site`, `.env`, `file` or `default`."""

    name: str
    value: str
    source: str
    help: str
    secret: bool


def in_force(settings: Settings) -> list[InForce]:
    """All settings in the order of the table, each as it was written."""
    return [
        InForce(
            setting.name,
            _shown(settings.texts[setting.name], setting.secret),
            settings.sources[setting.name],
            setting.help,
            setting.secret,
        )
        for setting in settings.table
    ]


def _shown(text: str, secret: bool) -> str:
    return text if not secret else "(set)" if text else ""
