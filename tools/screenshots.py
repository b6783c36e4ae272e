"""Take the screenshots of the documents from a running installation.

    .venv/bin/python tools/screenshots.py http://localhost:5000 SIGN-IN-LINK

Writes docs/images/*.png: the page of a Key Event on a desktop, on a phone, and in the dark, and the
pages of reviewers and operators; the link must be an administrator's.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SHOTS = (
    ("key-event", "/key-events/1513?target=WP254", 1440, 900, "light"),
    ("key-event-dark", "/key-events/1513?target=WP254", 1440, 900, "dark"),
    ("key-event-phone", "/key-events/1513", 375, 800, "light"),
    ("home", "/", 1440, 900, "light"),
    ("review", "/review", 1440, 900, "light"),
    ("operator", "/operator", 1440, 900, "light"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main(address: str, link: str) -> None:
    """Take all of `SHOTS`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(link)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        cookies = page.context.cookies()
        for name, path, width, height, scheme in SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(address + path)
            page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
