"""Print the path of a Chromium or Chrome for the browser tests; install one where there is none.

Installs by apt as root on Debian, else by playwright for this user. Prints nothing where all that
failed: the browser tests are then skipped, which this says loudly, and which fails where CI=true.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
INSTALLATION = 900
"""Seconds that an installation may take."""


def works(path: str | None) -> bool:
    """Whether the program starts: Ubuntu's `chromium` may be nothing but a hint at a snap."""
    if not path:
        return False
    try:
        command = [path, "--version"]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights() -> str | None:
    """Where playwright keeps, or would keep, its own Chromium."""
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def find() -> str | None:
    """The first browser that starts."""
    for candidate in (*map(shutil.which, NAMES), *APPLICATIONS, playwrights()):
        if candidate and works(candidate):
            return candidate
    return None


def install() -> None:
    """Install a browser; every message goes to standard error."""
    by_apt = ["sh", str(Path(__file__).with_name("apt_install.sh")), "chromium"]
    by_playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    for command in (by_apt, by_playwright):
        print(f"No Chromium yet: {' '.join(command)}", file=sys.stderr, flush=True)
        try:
            subprocess.run(command, stdout=sys.stderr, timeout=INSTALLATION, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)
        if find():
            return


def main() -> int:
    """Print the path; returns 1 where the browser tests cannot run but must."""
    named = os.environ.get("CHROMIUM")
    if named and not works(named):
        print(f"CHROMIUM is {named!r}, which does not start: name another one.", file=sys.stderr)
        return 1
    path = named or find()
    if path is None:
        install()
        path = find()
    if path is not None:
        print(path)
        return 0
    must = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
    line = "*" * 78
    print(
        f"{line}\n***  No Chromium or Chrome was found, and none could be installed.\n"
        f"***  The browser tests {'cannot run, which fails in CI' if must else 'are SKIPPED'}.\n"
        f"***  Install one, or name it: make test CHROMIUM=/path/to/chrome\n{line}",
        file=sys.stderr,
    )
    return 1 if must else 0


if __name__ == "__main__":
    sys.exit(main())
