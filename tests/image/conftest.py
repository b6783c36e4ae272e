"""The tools, the image, a running container, and the figures that are printed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.image.building import IMAGE, Build, build, make_base
from tests.image.container import Container, container
from tests.image.engine import Engine, opened
from webapp.settings import ROOT

TOOLS = ("buildah", "podman", "runc", "mmdebstrap", "docker-compose")
"""Programs, and Debian's packages of them."""

INSTALLATION = 900
"""Seconds that their installation may take."""

FIGURES: list[str] = []
OBSTACLES: list[str] = []

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here may be the first, which waits for the whole build."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(1800))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, or in large letters that nothing was."""
    for obstacle in OBSTACLES:
        terminalreporter.section("THE IMAGE WAS NOT BUILT AND NOT TRIED", sep="*")
        terminalreporter.write_line(obstacle)
    if FIGURES:
        terminalreporter.section("measured, on this machine as busy as it was")
        for figure in FIGURES:
            terminalreporter.write_line(figure)


@pytest.fixture(scope="session")
def measured() -> Callable[[str, float, str], None]:
    """A function `(what, value, unit)` that puts a figure into the summary."""
    return lambda what, value, unit: FIGURES.append(f"{what:<48} {value:>8,.1f} {unit}")


def _cannot(obstacle: str) -> NoReturn:
    """Skip, also where a skip is a failure elsewhere: not every machine may have these tools."""
    OBSTACLES.append(obstacle)
    pytest.skip(obstacle)


@pytest.fixture(scope="session")
def tools() -> None:
    """The programs that build and run images; installed where they are missing and apt is."""
    if os.geteuid() != 0:
        _cannot("Making its base and giving its folders away needs root.")
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        installer = ["sh", str(ROOT / "tools" / "apt_install.sh"), *absent]
        subprocess.run(installer, stdin=subprocess.DEVNULL, timeout=INSTALLATION, check=False)
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        _cannot(f"These tools could not be installed: {', '.join(absent)}.")


@pytest.fixture(scope="session")
def engine(tools: None) -> Iterator[Engine]:
    """What builds and runs images."""
    with opened() as made:
        yield made


@pytest.fixture(scope="session")
def built(engine: Engine, measured: Callable[[str, float, str], None]) -> Build:
    """The image of this checkout."""
    base = make_base(engine)
    if base:
        measured("build the base", base, "s")
    made = build(engine)
    size = int(engine.podman("image", "inspect", "--format", "{{.Size}}", IMAGE))
    measured(f"build, {made.cached} of {made.steps} steps cached", made.seconds, "s")
    measured("size of the image", size / 1e6, "MB")
    return made


@pytest.fixture(scope="module")
def running(
    engine: Engine, built: Build, measured: Callable[[str, float, str], None]
) -> Iterator[Container]:
    """A container that runs, for tests that leave it running."""
    with container(engine, "running") as made:
        measured("first start to healthy", made.start_and_wait(), "s")
        yield made


@pytest.fixture
def stopped(engine: Engine, built: Build) -> Iterator[Container]:
    """A container that was not started yet."""
    with container(engine, "stopped") as made:
        yield made
