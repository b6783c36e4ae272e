from __future__ import annotations

import pytest

from tests.conftest import Member
from tests.suggestions.conftest import import_something
from webapp.database import Database
from webapp.search import index
from webapp.search.service import Searcher
from webapp.settings import Settings


def told(member: Member) -> tuple[str, str]:
    part = member.get("/health").json["components"]["search"]  # type: ignore[index]
    return part["status"], part["detail"]


@pytest.mark.usefixtures("searcher")
def test_one_that_fits(anonymous: Member) -> None:
    assert told(anonymous) == ("ok", "The search index fits the catalog.")


def test_a_missing_one_and_health_builds_nothing(anonymous: Member, settings: Settings) -> None:
    status, detail = told(anonymous)
    assert status == "degraded"
    assert "has not been built yet. The first search builds it." in detail
    assert not index.path_in(settings.index_dir).exists()


@pytest.mark.usefixtures("searcher")
def test_one_of_an_older_catalog(anonymous: Member, database: Database) -> None:
    import_something(database)
    status, detail = told(anonymous)
    assert status == "degraded"
    assert "the search index is older" in detail


@pytest.mark.usefixtures("searcher")
def test_a_damaged_one(anonymous: Member, settings: Settings) -> None:
    path = index.path_in(settings.index_dir)
    path.unlink()
    path.write_bytes(b"no database" * 1000)
    status, detail = told(anonymous)
    assert status == "degraded"
    assert "damaged" in detail


def test_one_that_cannot_be_built(
    anonymous: Member, settings: Settings, database: Database, searcher: Searcher
) -> None:
    index.path_in(settings.index_dir).unlink()
    path = settings.index_dir
    for one in path.iterdir():
        one.unlink()
    path.rmdir()
    path.write_text("a file where a folder should be")
    searcher.prepare()
    assert told(anonymous)[0] == "degraded"
    assert "It could not be built; the log of web says why." in told(anonymous)[1]
