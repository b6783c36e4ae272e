"""Which ways to sign in there are."""

from __future__ import annotations

from collections.abc import Callable

from webapp.accounts.providers.github import GitHub
from webapp.accounts.providers.interface import Provider
from webapp.accounts.providers.openid import OpenIdProvider
from webapp.accounts.providers.orcid import Orcid
from webapp.settings import ProviderSettings, Settings

_OWN_WAYS: dict[str, Callable[[ProviderSettings], Provider]] = {"github": GitHub, "orcid": Orcid}


def configured(settings: Settings) -> dict[str, Provider]:
    """The providers that the settings name, by key, in the order in which they are shown."""
    return {one.key: _OWN_WAYS.get(one.key, OpenIdProvider)(one) for one in settings.providers}
