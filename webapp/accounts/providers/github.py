"""GitHub, which speaks OAuth 2 with PKCE and tells in its API who somebody is.

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps and
https://docs.github.com/en/rest/users/users#get-the-authenticated-user. No scope is asked for:
public data alone, no e-mail address. The number is the identity, as a login can be renamed and
then taken by somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping

from authlib.common.security import generate_token

from webapp.accounts.providers.interface import (
    ProviderFailed,
    Recognised,
    Started,
    refuse_errors,
)
from webapp.accounts.providers.network import Session, in_time, read_json
from webapp.settings import ProviderSettings


class GitHub:
    """Signs in with GitHub, or with a GitHub Enterprise Server at another address."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.key, self.label = settings.key, settings.label
        self._settings = settings
        self._place = settings.place.rstrip("/")

    @property
    def api(self) -> str:
        """Where the API is; an Enterprise Server has its own beside the pages."""
        ours = self._place == "https://github.com"
        return "https://api.github.com" if ours else f"{self._place}/api/v3"

    def begin(self, redirect_uri: str) -> Started:
        """As `Provider.begin`; needs no network."""
        verifier = generate_token(64)
        with self._session(redirect_uri) as session:
            url, state = session.create_authorization_url(
                f"{self._place}/login/oauth/authorize",
                state=generate_token(43),
                code_verifier=verifier,
            )
        return Started(url, state, nonce="", verifier=verifier)

    def finish(
        self, answer: Mapping[str, str], nonce: str, verifier: str, redirect_uri: str
    ) -> Recognised:
        """As `Provider.finish`."""
        code = refuse_errors(answer)
        return in_time(lambda: self._who(code, verifier, redirect_uri))

    def _who(self, code: str, verifier: str, redirect_uri: str) -> Recognised:
        with self._session(redirect_uri) as session:
            session.fetch_token(
                f"{self._place}/login/oauth/access_token", code=code, code_verifier=verifier
            )
            user = read_json(
                session,
                f"{self.api}/user",
                headers={
                    "Accept": "application/vnd.github+json",
                    "X-GitHub-Api-Version": "2022-11-28",
                },
            )
        number, login = user.get("id"), user.get("login")
        if not isinstance(number, int) or not isinstance(login, str):
            raise ProviderFailed("token", "its answer does not say who somebody is")
        name = user.get("name")
        return Recognised(str(number), name if isinstance(name, str) else login, shown=login)

    def _session(self, redirect_uri: str) -> Session:
        return Session(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
            redirect_uri=redirect_uri,
        )
