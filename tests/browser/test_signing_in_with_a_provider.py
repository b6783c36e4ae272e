"""The whole way in a real browser: our policy lets it leave, and its cookie comes back with it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.accounts.openid_provider import running_provider
from tests.browser.conftest import PATIENCE
from tests.conftest import settings_in
from tests.supervision.installation import free_port
from webapp import create_app


@pytest.fixture
def address(tmp_path: Path, starter_database: Path) -> Iterator[str]:
    """An application at `localhost`; its provider is at 127.0.0.1, which is another site."""
    port = free_port()
    address = f"http://localhost:{port}"
    with running_provider(address) as provider:
        settings = settings_in(tmp_path, PUBLIC_URL=address, **provider.settings())
        settings.data_dir.mkdir()
        shutil.copy(starter_database, settings.database_path)
        app = create_app(settings)
        server = make_server("localhost", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield address
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["kewp.database"].close()
        app.extensions["kewp.runtime"].close()


def sign_in_there(page: Page, login: str) -> None:
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.locator("button[type=submit]").click()  # consent


def test_there_and_back_again(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    refused: list[str] = []
    page.on(
        "console",
        lambda message: (
            refused.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    page.goto("/sign-in?next=/key-events/1513")
    page.get_by_role("link", name="Sign in with Our University").click()
    assert page.url.startswith("http://127.0.0.1:")
    sign_in_there(page, "ada")
    page.wait_for_url(f"{address}/key-events/1513")
    expect(page.locator(".person-name")).to_have_text("Dr. ada")

    page.goto("/account")
    page.get_by_role("link", name="Add SURFconext").click()
    page.wait_for_url(f"{address}/account")
    expect(page.get_by_role("main")).to_contain_text("From now on SURFconext signs you in too.")

    page.get_by_role("button", name="Remove Our University").click()
    expect(page.get_by_role("main")).to_contain_text("your only one")
    assert refused == []
    context.close()


def test_who_does_not_consent_is_told_what_to_do(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/sign-in?next=/review")
    page.get_by_role("link", name="Sign in with Our University").click()
    page.locator("a[href$='/abort']").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You did not let Our University")
    page.get_by_role("main").get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Sign in with Our University").click()
    sign_in_there(page, "ben")
    page.wait_for_url(f"{address}/review")
    context.close()
