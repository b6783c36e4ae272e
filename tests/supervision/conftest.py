"""Installations for the tests: one for each test that changes it, one that runs for the readers."""

from collections.abc import Iterator

import pytest

from tests.supervision.installation import Installation, installed


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
