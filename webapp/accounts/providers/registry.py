"""Which ways to sign in there are."""

from __future__ import annotations

from webapp.accounts.providers.interface import Provider
from webapp.settings import ProviderSettings, Settings


def configured(settings: Settings) -> dict[str, Provider]:
    """The providers that the settings name, by key, in the order in which they are shown."""
    return {one.key: _made(one) for one in settings.providers}


def _made(settings: ProviderSettings) -> Provider:
    # Imported where one is configured: with Authlib and what it needs they take 20 MB.
    if settings.key == "github":
        from webapp.accounts.providers.github import GitHub

        return GitHub(settings)
    if settings.key == "orcid":
        from webapp.accounts.providers.orcid import Orcid

        return Orcid(settings)
    from webapp.accounts.providers.openid import OpenIdProvider

    return OpenIdProvider(settings)
