"""An installation for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup.installation import Installation, make_database


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Installation]:
    """An installation without a database."""
    made = Installation(tmp_path)
    made.database.parent.mkdir()
    yield made
    made.close()


@pytest.fixture
def installation(empty: Installation) -> Installation:
    """An installation with a database and no snapshot."""
    make_database(empty.database)
    return empty
