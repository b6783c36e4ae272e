"""The script of the continuous integration: its targets, in order, each with its budget."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.supervision.installation import PROJECT

TARGETS = ["test", "test-container", "test-crowd", "test-faults"]

LIMIT = 90
"""Minutes that a whole run may take."""


@pytest.fixture
def make(tmp_path: Path) -> Path:
    """A `make` that writes down what it is asked for, and fails for the target in `fails`.

    Beside it lies all that the script would otherwise install.
    """
    file = tmp_path / "make"
    file.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        f'[ ! -e {tmp_path}/fails ] || [ "$1" != "$(cat {tmp_path}/fails)" ] || exit 2\n'
        'echo "1 passed in 0.01s"\n'
    )
    file.chmod(0o755)
    for tool in ("rclone", "fusermount3", "redis-server", "nginx"):
        (tmp_path / tool).symlink_to("/bin/true")
    return file


def ci(make: Path) -> subprocess.CompletedProcess[str]:
    """Run the script where `make` is that one."""
    return subprocess.run(
        [PROJECT / ".ci" / "run"],
        cwd="/",
        env={"PATH": f"{make.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_run_and_the_tests_have_the_last_word(make: Path) -> None:
    done = ci(make)

    assert done.returncode == 0
    assert (make.parent / "asked").read_text() == "".join(f"{target}\n" for target in TARGETS)
    assert done.stdout.splitlines()[-1] == "1 passed in 0.01s"
    assert done.stderr == ""


def test_the_budgets_are_printed_and_fit(make: Path) -> None:
    budgets = re.findall(r"^make (\S+): at most (\d+) minutes$", ci(make).stdout, re.MULTILINE)

    assert [target for target, _ in budgets] == TARGETS
    assert sum(int(minutes) for _, minutes in budgets) < LIMIT


@pytest.mark.parametrize("target", TARGETS)
def test_each_must_pass(make: Path, target: str) -> None:
    (make.parent / "fails").write_text(target)

    done = ci(make)

    assert done.returncode == 1
    assert (make.parent / "asked").read_text().splitlines()[-1] == target
    assert done.stderr.startswith(f"make {target} failed, or did not end within ")
