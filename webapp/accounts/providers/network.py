"""Calls to a provider that end: after `LIMIT` seconds, or after `LARGEST` bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter

from webapp.accounts.providers.interface import ProviderFailed

T = TypeVar("T")

LIMIT = 10.0
"""Seconds in which all calls of one step must be done; somebody waits before an empty page."""

_ONE_ANSWER = (4.0, 5.0)
"""Seconds until a connection stands, and until the next piece of an answer comes."""

LARGEST = 512 * 1024
"""Bytes of an answer; the largest that providers send are some tens of thousands."""


class _Small(HTTPAdapter):
    """Reads an answer whole, but no more than `LARGEST`, and never goes without time limits."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        kwargs |= {"stream": True, "timeout": _ONE_ANSWER}
        response = super().send(request, *args, **kwargs)
        body = response.raw.read(LARGEST + 1, decode_content=True)
        response.close()
        if len(body) > LARGEST:
            raise RequestException(f"the answer of {request.url} is larger than {LARGEST} bytes")
        response._content = body
        response._content_consumed = True
        return response


class Session(OAuth2Session):  # type: ignore[misc]
    """Authlib's session; it follows no redirects, as secrets go to the address we know alone."""

    def __init__(self, **given: Any) -> None:
        super().__init__(code_challenge_method="S256", **given)
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Small())
        self.headers["User-Agent"] = "ke-wp-mapping"

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send a request; raises `RequestException` for any status but success."""
        kwargs["allow_redirects"] = False
        response: Response = super().request(method, url, *args, **kwargs)
        if response.is_redirect:
            raise RequestException(f"{url} leads elsewhere")
        return response


def read_json(session: Session, url: str, **kwargs: Any) -> dict[str, Any]:
    """The JSON object at `url`; raises `RequestException` or `ValueError`."""
    response = session.request("GET", url, **kwargs)
    response.raise_for_status()
    found = response.json()
    if not isinstance(found, dict):
        raise ValueError(f"{url} holds no JSON object")
    return found


def in_time(calls: Callable[[], T]) -> T:
    """What `calls` gives, within `LIMIT` seconds; raises `ProviderFailed`.

    In a thread of its own, because looking up a name, and headers that come drop by drop, know no
    limit. One that is given up ends by the limits of its single answers.
    """
    result: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            result.append(calls())
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, name="provider", daemon=True)
    thread.start()
    thread.join(LIMIT)
    if result:
        return result[0]
    error = errors[0] if errors else TimeoutError(f"no answer in {LIMIT:.0f} seconds")
    if isinstance(error, ProviderFailed):
        raise error
    if isinstance(error, OAuthError):
        raise ProviderFailed("refused", f"it answered {error.error!r:.80}") from error
    if isinstance(error, (OSError, ValueError)):  # requests' own are OSErrors; no JSON: ValueError
        raise ProviderFailed("down", f"{type(error).__name__}: {error!s:.300}") from error
    raise error
