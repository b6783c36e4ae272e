"""What every provider can do, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Started:
    """A sign-in that was begun: where the browser goes, and what only we know of it.

    `state` comes back with the browser (RFC 6749, section 10.12), `nonce` inside the signed token
    (OpenID Connect Core 1.0, section 3.1.2.1), `verifier` goes to the provider with the code
    (RFC 7636).
    """

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Recognised:
    """Somebody as a provider knows them; `shown` tells them which account it is."""

    subject: str
    name: str
    shown: str
    orcid: str | None = None


class ProviderFailed(Exception):
    """A sign-in that cannot go on; `reason` is a word for the record of acts.

    `down`: no usable answer in time. `denied`: the person did not consent. `refused`: the provider
    did not take what it was sent. `nonce`, `expired`, `token`: what it sent is not believed. The
    text is for the log; it never holds a secret.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Provider(Protocol):
    """A way to sign in; one object serves all requests of a process."""

    key: str
    label: str

    def begin(self, redirect_uri: str) -> Started:
        """Where to send the browser; raises `ProviderFailed`."""
        ...

    def finish(
        self, answer: Mapping[str, str], nonce: str, verifier: str, redirect_uri: str
    ) -> Recognised:
        """Who came back with `answer`, the parameters of the redirect; raises `ProviderFailed`."""
        ...


def refuse_errors(answer: Mapping[str, str]) -> str:
    """The code in an answer; raises `ProviderFailed` where it is an error (RFC 6749, 4.1.2.1)."""
    error = answer.get("error", "")
    if error == "access_denied":
        raise ProviderFailed("denied", "the person did not consent")
    if error in {"temporarily_unavailable", "server_error"}:
        raise ProviderFailed("down", f"it answered {error}")
    if error or not answer.get("code"):
        raise ProviderFailed("refused", f"it answered {error[:60]!r} and no code")
    return answer["code"]
