"""What a test does where the machine lacks something that it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import NoReturn

import pytest


def missing(message: str) -> NoReturn:
    """Skip the test and say loudly why; fail it in CI, where nothing may stay unproved."""
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(message)
    pytest.skip(message.upper())


def program(name: str, package: str) -> str:
    """The path of a program of a Debian package, without which the test is skipped loudly.

    In CI that fails, unless the package cannot be had there.
    """
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return found
    message = f"{name} is not here and was not tested with; as root: apt-get install {package}"
    known = (
        shutil.which("apt-cache")
        and not subprocess.run(
            ["apt-cache", "show", package], capture_output=True, check=False
        ).returncode
    )
    if known and os.geteuid() == 0:
        missing(message)
    pytest.skip(message.upper())
