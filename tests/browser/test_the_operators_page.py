"""The operator's page in good and in bad times, over the real programs and in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_pages_fit_every_screen import AXE
from tests.operations.administrator import (
    acts,
    sign_in_link,
    wait_for_another_process,
    wait_until_it_answers,
)
from tests.supervision.installation import START, wait_until
from tests.supervision.real_installation import RealInstallation

Look = Callable[..., Page]


@pytest.fixture
def look_at(browser: Browser) -> Iterator[Look]:
    """`look_at(installation, **context)`: its operator's page as an administrator sees it."""
    contexts: list[BrowserContext] = []

    def looked(installation: RealInstallation, **given: object) -> Page:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{installation.port}",
            bypass_csp=True,
            **given,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        link = sign_in_link(installation)
        page.goto(link[link.index("/sign-in/") :])
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        page.goto("/operator")
        return page

    yield looked
    for context in contexts:
        context.close()


def look_again(page: Page) -> None:
    """What the page does every ten seconds, now."""
    page.evaluate("htmx.trigger('#operator', 'look')")


def assert_it_fits_and_axe_finds_nothing(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",  # a colour that is still changing has no contrast to judge
        )
        for width in (1440, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert overflow <= 0, f"{overflow} px too wide at {width}"
            page.evaluate(AXE.read_text(encoding="utf-8"))
            violations = page.evaluate("axe.run().then(result => result.violations)")
            found = [(one["id"], one["nodes"][0]["html"][:120]) for one in violations]
            assert found == [], f"{scheme}, {width}"


def test_in_good_times_one_screen_and_one_glance_are_enough(
    operated: RealInstallation, look_at: Look
) -> None:
    page = look_at(operated, viewport={"width": 1440, "height": 900})
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything works")
    for part in ("Health", "Disk", "Programs", "Sources", "Snapshots", "Last acts"):
        expect(page.get_by_role("region", name=part)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("img", name="Snapshots of the last seven days: ")).to_be_visible()
    expect(page.get_by_role("button", name="Back up now")).to_be_visible()
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 900
    assert_it_fits_and_axe_finds_nothing(page)


def test_the_parts_come_anew_and_the_focus_stays(operated: RealInstallation, look_at: Look) -> None:
    page = look_at(operated)
    page.get_by_role("link", name="Restart backup").focus()
    page.evaluate("document.querySelector('#operator h1').dataset.old = 'yes'")
    look_again(page)
    expect(page.locator("#operator h1[data-old]")).to_have_count(0)
    expect(page.get_by_role("link", name="Restart backup")).to_be_focused()


def test_nobody_asks_while_nobody_looks(operated: RealInstallation, look_at: Look) -> None:
    page = look_at(operated)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    look_again(page)
    assert [url for url in asked if "/operator" in url] == []
    page.evaluate("delete document.hidden")
    with page.expect_request("**/operator/parts"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_page_that_cannot_be_refreshed_says_that_it_is_old(
    operated: RealInstallation, look_at: Look
) -> None:
    page = look_at(operated)
    stale = page.get_by_text("The server does not answer. What stands here is older.")
    expect(stale).to_be_hidden()
    page.route("**/operator/parts", lambda route: route.abort())
    look_again(page)
    expect(stale).to_be_visible()
    page.unroute("**/operator/parts")
    look_again(page)
    expect(stale).to_be_hidden()


def test_a_selection_is_not_taken_away(operated: RealInstallation, look_at: Look) -> None:
    page = look_at(operated)
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything works")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#operator h1'))")
    with page.expect_response("**/operator/parts"):
        look_again(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getSelection().toString()").strip() == "Everything works"


def test_web_is_restarted_and_the_page_comes_back_by_itself(
    operated: RealInstallation, look_at: Look
) -> None:
    page = look_at(operated)
    before = operated.pid("web")
    page.get_by_role("link", name="Restart web").click()
    page.get_by_role("button", name="Restart web").click()
    expect(page.get_by_role("heading", name="web restarts")).to_be_visible()
    page.wait_for_url("**/operator", timeout=4 * PATIENCE)
    expect(page.get_by_text("Dan Admin restarted web").first).to_be_visible()
    wait_for_another_process(operated, "web", before)
    wait_until_it_answers(operated)


def test_it_works_without_scripts(operated: RealInstallation, look_at: Look) -> None:
    page = look_at(operated, java_script_enabled=False)
    before = operated.pid("backup")
    page.get_by_role("link", name="Restart backup").click()
    page.get_by_role("button", name="Restart backup").click()
    expect(page.get_by_text("backup was restarted.")).to_be_visible()
    wait_for_another_process(operated, "backup", before)
    operated.wait_for_states(backup="RUNNING")
    assert acts(operated)[-1] == ("Dan Admin", "program.restart", "backup")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download ke_wp_mapping_").first.click()
    file = operated.backups / download.value.suggested_filename
    assert Path(download.value.path()).read_bytes() == file.read_bytes()


class WithASmallDisk(RealInstallation):
    """Its logs lie on a disk of 100 MB, in a mount namespace of its own."""

    def start(self, **streams: int) -> subprocess.Popen[bytes]:
        """Start the launcher in that namespace."""
        (self.root / "logs").mkdir()
        mount = f'mount -t tmpfs -o size=100m none "{self.root}/logs" && exec "$@"'
        inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
        probe = subprocess.run([*inside, "true"], capture_output=True, text=True, timeout=START)
        if probe.returncode != 0:
            message = f"BAD TIMES NOT TESTED: this machine allows no mounts: {probe.stderr}"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                [*inside, sys.executable, "-m", "supervision"],
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return self.process


@pytest.fixture
def troubled() -> Iterator[tuple[RealInstallation, str]]:
    """An installation in bad times, and the name of its damaged snapshot."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        made = WithASmallDisk(Path(folder))
        made.call_it_running_soon()
        made.environment["BACKUP_MIN_INTERVAL"] = "1h"
        try:
            made.start()
            wait_until_it_answers(made)
            # Its manifest has its name before; stopped between the two, there would be none.
            wait_until("a snapshot", lambda: list(made.backups.glob("ke_wp_mapping_*.db")))
            made.control("stop", "backup")
            made.wait_for_states(backup="STOPPED")
            yield made, damage_a_snapshot(made)
        finally:
            made.kill()


def damage_a_snapshot(installation: RealInstallation) -> str:
    """Flip a bit of the first snapshot; a check finds it out, and another one is newer."""
    [victim] = installation.backups.glob("ke_wp_mapping_*.db")
    installation.run("backup", "now")
    with victim.open("r+b") as file:
        file.seek(5000)
        byte = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([byte ^ 1]))
    found = subprocess.run(
        [sys.executable, "-m", "backup", "verify"],
        cwd=installation.root,
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{victim.name}: damaged" in found.stdout, found.stderr
    return victim.name


def test_in_bad_times_each_sentence_says_what_to_do(
    troubled: tuple[RealInstallation, str], look_at: Look
) -> None:
    installation, damaged = troubled
    page = look_at(installation)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^[34] things need you$"))
    needs = page.locator(".needs")
    expect(needs).to_contain_text(f"{damaged} is damaged: its bytes have changed")
    expect(needs).to_contain_text("backup is stopped and does nothing. Start it.")
    expect(needs).to_contain_text("MB free: make room in ")
    expect(page.get_by_role("link", name=f"Download {damaged}")).to_have_count(0)
    expect(page.get_by_role("img", name="1 damaged")).to_be_visible()
    assert_it_fits_and_axe_finds_nothing(page)

    socket = installation.root / "run" / "supervisor.sock"
    socket.rename(socket.with_name("away"))
    look_again(page)
    expect(page.get_by_role("region", name="Programs")).to_have_text(
        "Programs supervisord cannot be reached, so its programs are not shown here."
    )
    expect(needs).to_contain_text("supervisord does not answer")
    expect(page.get_by_role("button", name="Back up now")).to_have_count(0)
    assert_it_fits_and_axe_finds_nothing(page)
    socket.with_name("away").rename(socket)

    look_again(page)
    page.get_by_role("link", name="Look at backup").click()
    page.get_by_role("button", name="Start backup").click()
    expect(page.get_by_text("backup was started.")).to_be_visible()
    installation.wait_for_states(backup="RUNNING")
