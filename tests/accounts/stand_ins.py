"""Small servers that answer as GitHub and ORCID say that they do.

GitHub: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps, its
errors: …/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors, its API:
https://docs.github.com/en/rest/users/users#get-the-authenticated-user.
ORCID: https://github.com/ORCID/ORCID-Source/blob/main/orcid-web/ORCID_AUTH_WITH_OPENID_CONNECT.md
and https://orcid.org/.well-known/openid-configuration.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = {"client_id": "APP-KEWP", "client_secret": "known to both"}


@dataclass
class StandIn:
    """A server that knows one person; `asked` holds what it was sent."""

    address: str = ""
    user: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    def consent(self, url: str) -> str:
        """The person agrees on the page at `url`; the address that leads back to us."""
        self.given = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        query = urlencode({"code": "the code", "state": self.given["state"]})
        return f"{self.given['redirect_uri']}?{query}"

    def is_ours(self, form: dict[str, str]) -> bool:
        """Whether a request for a token is of the client that began, with the right proof."""
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            form.get("code") == "the code"
            and form.get("redirect_uri") == self.given["redirect_uri"]
            and proof == self.given["code_challenge"]
        )

    def answer(
        self, path: str, form: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any] | str]:
        """Status and body."""
        raise NotImplementedError


class GitHubStandIn(StandIn):
    """GitHub, as an Enterprise Server has it: pages and API at one address."""

    def answer(
        self, path: str, form: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any] | str]:
        if path == "/login/oauth/access_token":
            if {name: form.get(name) for name in CLIENT} != CLIENT:
                return 200, _error("incorrect_client_credentials")
            if not self.is_ours(form):
                return 200, _error("bad_verification_code")
            token = {"access_token": "gho_16C7", "scope": "", "token_type": "bearer"}
            as_json = "application/json" in headers.get("accept", "")
            return 200, token if as_json else urlencode(token)
        if path == "/api/v3/user" and headers.get("authorization") == "Bearer gho_16C7":
            return 200, self.user
        return 401, {"message": "Bad credentials"}


class OrcidStandIn(StandIn):
    """ORCID's registry: takes the secret in the form alone, tells names in its user info."""

    @cached_property
    def key(self) -> RSAKey:
        """The key that it signs with."""
        return RSAKey.generate_key(2048, {"kid": "OpenIDTestKey1", "use": "sig"})

    def answer(
        self, path: str, form: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any] | str]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "userinfo_endpoint": f"{self.address}/oauth/userinfo",
                "authorization_endpoint": f"{self.address}/oauth/authorize",
                "token_endpoint": f"{self.address}/oauth/token",
                "jwks_uri": f"{self.address}/oauth/jwks",
                "scopes_supported": ["openid"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "issuer": self.address,
            }
        if path == "/oauth/jwks":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/oauth/userinfo" and headers.get("authorization") == "Bearer aa4629f3":
            return 200, self.user
        if path == "/oauth/token":
            if {name: form.get(name) for name in CLIENT} != CLIENT:
                return 401, _error("invalid_client")
            return (200, self._token()) if self.is_ours(form) else (400, _error("invalid_grant"))
        return 404, {}

    def sign(self, claims: dict[str, Any]) -> str:
        """The signed token; tests that forge one replace this."""
        return jwt.encode({"alg": "RS256", "kid": "OpenIDTestKey1"}, claims, self.key)

    def _token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "aud": CLIENT["client_id"],
            "sub": self.user["sub"],
            "auth_time": now,
            "amr": "pwd",  # a word, as ORCID documents it
            "iss": self.address,
            "exp": now + 600,
            "iat": now,
            "nonce": self.given["nonce"],
            "jti": "eaa4d563",
        }
        return {
            "access_token": "aa4629f3",
            "token_type": "bearer",
            "refresh_token": "5a712062",
            "expires_in": 631138518,
            "scope": "openid",
            "name": self.user.get("name"),
            "orcid": self.user["sub"],
            "id_token": self.sign(claims),
        }


def _error(word: str) -> dict[str, str]:
    return {"error": word, "error_description": "As documented."}


@contextmanager
def standing_in(stand_in: StandIn) -> Iterator[StandIn]:
    """Serve a stand-in on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = urlsplit(self.path).path
            stand_in.asked.append((path, form, headers))
            status, body = stand_in.answer(path, form, headers)
            text = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815 - as the standard library calls it

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
