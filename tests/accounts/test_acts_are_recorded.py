from __future__ import annotations

from tests.conftest import Member
from webapp.accounts import audit
from webapp.database import Database


def test_an_act_says_who_did_what_to_what(database: Database, admin: Member) -> None:
    with database.write() as session:
        audit.record(session, "catalog.update", "aopwiki", version="2026-04-01")
        audit.record(session, "snapshot.download", "one.db", person_id=admin.person_id)

    with database.read() as session:
        found = audit.newest(session, 2)

    assert [(one.person, one.act, one.subject, one.detail) for one in found] == [
        ("Dan Admin", "snapshot.download", "one.db", {}),
        (None, "catalog.update", "aopwiki", {"version": "2026-04-01"}),
    ]
    assert all(one.at.endswith("Z") for one in found)


def test_an_act_that_came_to_nothing_is_not_recorded(database: Database) -> None:
    with database.write() as session:
        audit.record(session, "catalog.update", "aopwiki")
        session.rollback()
    with database.read() as session:
        assert audit.newest(session, 10) == []
