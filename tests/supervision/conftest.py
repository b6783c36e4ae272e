"""Installations for the tests: one for each test that changes it, one that runs for the readers."""

from collections.abc import Iterator

import pytest

from tests.supervision.installation import Installation, installed
from tests.supervision.real_installation import RealInstallation, real_installation


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A fresh installation, not started."""
    with installed() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """An installation that runs, for tests that leave it running."""
    with installed() as started:
        started.start_and_wait()
        yield started


@pytest.fixture(scope="session")
def real_programs() -> Iterator[RealInstallation]:
    """One installation of the real programs for all tests that need them.

    A worker that was renewed because it had answered enough would look like one that died; and an
    operator's shell may ask for several computing threads, with which a forked worker would hang.
    """
    with real_installation(GUNICORN_MAX_REQUESTS="0", OMP_NUM_THREADS="2") as made:
        made.call_it_running_soon()
        yield made


@pytest.fixture
def real_site(real_programs: RealInstallation) -> RealInstallation:
    """That installation with all its programs running: a test may have stopped or killed some."""
    if real_programs.is_running():
        real_programs.wait_until_it_runs()
    else:
        real_programs.start_and_wait()
    return real_programs
