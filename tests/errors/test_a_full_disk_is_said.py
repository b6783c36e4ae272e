"""A disk without room: who decides is told that nothing was changed, and who reads can go on."""

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.conftest import PATHWAY_ANSWERS, Member
from webapp.database import Database


@pytest.fixture
def full(app: Flask, curator: Member) -> Database:
    """The database, to which not a single page can be added any more: SQLite takes that for full.

    The limit is one of each connection, so the pool is emptied first.
    """
    database: Database = app.extensions["kewp.database"]
    database.close()
    event.listen(database.engine, "connect", _allow_no_more_pages)
    return database


def _allow_no_more_pages(connection: object, _record: object) -> None:
    connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined] # never less than there are


def test_a_decision_is_refused_and_works_once_there_is_room(
    full: Database, curator: Member
) -> None:
    proposal = {"target": "WP254", "note": "x" * 4000, **PATHWAY_ANSWERS}

    refused = curator.post("/key-events/1513/mappings", **proposal)

    assert refused.status_code == 507
    assert "The disk is full." in refused.text
    assert "Nothing was changed." in refused.text
    with full.read() as session:
        assert session.scalar(text("SELECT count(*) FROM mapping")) == 0
    assert curator.get("/key-events/1513").status_code == 200

    event.remove(full.engine, "connect", _allow_no_more_pages)
    full.close()
    done = curator.post("/key-events/1513/mappings", **proposal)

    assert done.status_code == 303
    with full.read() as session:
        assert session.scalar(text("SELECT count(*) FROM mapping")) == 1
