"""OpenID Connect: ORCID, Life Science Login, SURFconext and whatever else speaks it.

Discovery (OpenID Connect Discovery 1.0), the authorization code flow with PKCE, and the checks of
OpenID Connect Core 1.0, section 3.1.3.7, which Authlib makes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from authlib.common.security import generate_token
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from webapp.accounts.providers.interface import (
    ProviderFailed,
    Recognised,
    Started,
    refuse_errors,
)
from webapp.accounts.providers.network import Session, in_time, read_json
from webapp.settings import LOOPBACK, ProviderSettings

LEEWAY = 120
"""Seconds by which the clock of a provider may differ from ours."""

_KEEP = 3600.0
"""Seconds that what a provider says of itself is kept."""

_ALGORITHMS = frozenset(
    "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 Ed25519 EdDSA".split()
)
"""Signatures with the provider's own key; never `none`, nor one with our secret."""


class _Claims(CodeIDToken):  # type: ignore[misc]
    def validate_amr(self) -> None:
        """Accept any: we do not use it, and ORCID sends a word where Core 1.0 wants a list."""


class OpenIdProvider:
    """Signs in with one issuer."""

    scope = "openid profile"

    def __init__(self, settings: ProviderSettings) -> None:
        self.key, self.label = settings.key, settings.label
        self._settings = settings
        self._kept: dict[str, Any] = {}
        self._kept_until = 0.0
        self._keys: KeySet | None = None

    def begin(self, redirect_uri: str) -> Started:
        """As `Provider.begin`."""
        about = in_time(self._about)
        nonce, verifier = generate_token(43), generate_token(64)
        with self._session(about, redirect_uri) as session:
            url, state = session.create_authorization_url(
                about["authorization_endpoint"],
                state=generate_token(43),
                nonce=nonce,
                code_verifier=verifier,
            )
        return Started(url, state, nonce, verifier)

    def finish(
        self, answer: Mapping[str, str], nonce: str, verifier: str, redirect_uri: str
    ) -> Recognised:
        """As `Provider.finish`."""
        code = refuse_errors(answer)
        return in_time(lambda: self._who(code, answer.get("iss"), nonce, verifier, redirect_uri))

    def recognise(self, claims: Mapping[str, Any]) -> Recognised:
        """The person that claims speak of."""
        name = name_in(claims)
        return Recognised(claims["sub"], name or f"Somebody of {self.label}", shown=name)

    def _who(
        self, code: str, issuer: str | None, nonce: str, verifier: str, redirect_uri: str
    ) -> Recognised:
        about = self._about()
        # Against the answer of one provider sent to the door of another one (RFC 9207).
        named = about.get("authorization_response_iss_parameter_supported") is True
        if (named or issuer is not None) and issuer != about["issuer"]:
            raise ProviderFailed("token", f"the answer is of {issuer!r:.200}")
        with self._session(about, redirect_uri) as session:
            token = session.fetch_token(about["token_endpoint"], code=code, code_verifier=verifier)
            claims = self._believed(token, about, nonce)
            if not name_in(claims) and (address := about.get("userinfo_endpoint")):
                told = read_json(session, address)
                if told.get("sub") != claims["sub"]:  # Core 1.0, section 5.3.2
                    raise ProviderFailed("token", "its user info is about somebody else")
                claims = {**told, **claims}
        return self.recognise(claims)

    def _believed(self, token: Mapping[str, Any], about: dict[str, Any], nonce: str) -> Any:
        """The claims of the signed token; raises `ProviderFailed` where one is not believed."""
        try:
            try:
                read = self._read(str(token["id_token"]), self._key_set(about), about)
            except InvalidKeyIdError:  # it has changed its keys
                read = self._read(str(token["id_token"]), self._key_set(about, anew=True), about)
            claims = _Claims(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": about["issuer"]},
                    "aud": {"essential": True, "value": self._settings.client_id},
                },
                {
                    "nonce": nonce,
                    "client_id": self._settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except ExpiredTokenError as error:
            raise ProviderFailed("expired", "its token has expired") from error
        except ClaimError as error:
            reason = "nonce" if error.claim == "nonce" else "token"
            reason = "expired" if error.claim == "iat" else reason
            raise ProviderFailed(reason, f"its token is not believed: {error!s:.200}") from error
        except (JoseError, KeyError, TypeError, ValueError) as error:
            text = f"its token is not believed: {type(error).__name__} {error!s:.200}"
            raise ProviderFailed("token", text) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isascii():
            raise ProviderFailed("token", "its subject is no identifier")
        return claims

    def _read(self, text: str, keys: KeySet, about: dict[str, Any]) -> jwt.Token:
        offered = about.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(
            algorithms=[one for one in offered if one in _ALGORITHMS], strict_check_header=False
        )
        return jwt.decode(text, key=keys, registry=registry)

    def _about(self) -> dict[str, Any]:
        """What the provider says of itself; kept for an hour."""
        if time.monotonic() > self._kept_until:
            issuer = self._settings.place
            with self._session({}, "") as session:
                found = read_json(
                    session,
                    f"{issuer.rstrip('/')}/.well-known/openid-configuration",
                    withhold_token=True,
                )
            if str(found.get("issuer")).rstrip("/") != issuer.rstrip("/"):
                raise ProviderFailed("down", f"it calls itself {found.get('issuer')!r:.200}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check(found.get(name), name)
            if found.get("userinfo_endpoint"):
                self._check(found["userinfo_endpoint"], "userinfo_endpoint")
            self._kept, self._kept_until = found, time.monotonic() + _KEEP
            self._keys = None
        return self._kept

    def _check(self, address: object, name: str) -> None:
        parts = urlsplit(address if isinstance(address, str) else "")
        here = urlsplit(self._settings.place).hostname in LOOPBACK
        if parts.scheme != "https" and not (here and parts.hostname in LOOPBACK):
            raise ProviderFailed("down", f"its {name} is {address!r:.200}")

    def _key_set(self, about: dict[str, Any], *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            with self._session(about, "") as session:
                found = read_json(session, about["jwks_uri"], withhold_token=True)
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        return self._keys

    def _session(self, about: dict[str, Any], redirect_uri: str) -> Session:
        methods = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods
        return Session(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            scope=self.scope,
            redirect_uri=redirect_uri,
        )


def name_in(claims: Mapping[str, Any]) -> str:
    """A name to call somebody by; "" where the claims hold none."""
    both = " ".join(str(claims[part]) for part in ("given_name", "family_name") if claims.get(part))
    for found in (claims.get("name"), both, claims.get("preferred_username")):
        if isinstance(found, str) and found.strip():
            return found
    return ""
