"""Light and dark: the system's wish, or the reader's; nothing jumps while a page appears."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opener

LOOKS = 4
"""On a busy machine the browser may paint a half-read page; what really moves does so each time."""

GROUND = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_follows_the_system_with_and_without_scripts(
    open_page: Opener, scripts: bool
) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme, java_script_enabled=scripts)
        page.goto("/data")
        grounds[scheme] = page.evaluate(GROUND)
    assert grounds["light"] != grounds["dark"]


def test_the_readers_choice_beats_the_system_and_stays(open_page: Opener) -> None:
    page = open_page(color_scheme="light")
    page.goto("/data")
    light = page.evaluate(GROUND)
    page.get_by_label("Colours").select_option("dark")
    dark = page.evaluate(GROUND)
    assert dark != light
    page.goto("/aops")
    assert page.evaluate(GROUND) == dark
    assert page.get_by_label("Colours").input_value() == "dark"
    page.get_by_label("Colours").select_option("system")
    assert page.evaluate(GROUND) == light


def test_without_scripts_no_dead_controls_are_shown(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/data")
    assert not page.get_by_label("Colours").is_visible()
    assert not page.get_by_role("button", name="Keys").is_visible()


@pytest.mark.parametrize("width", [375, 1440])
def test_nothing_moves_while_a_page_appears(open_page: Opener, width: int) -> None:
    page = open_page("Ada Curator", viewport={"width": width, "height": 900})
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => window.shift += entry.value)).observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/", "/key-events", "/key-events/642?target=WP197", "/aops/38", "/data"):
        shifts = []
        for _ in range(LOOKS):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
            )
            shifts.append(page.evaluate("window.shift"))
            if shifts[-1] < 0.01:  # 0.1 is "good"
                break
        assert min(shifts) < 0.01, (path, shifts)
