"""By whoever approved it, within a day, as long as nothing came after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from tests.forms import form_in
from webapp.curation import steps
from webapp.curation.models import Mapping, MappingEvent
from webapp.database import Database


def state(database: Database) -> tuple[str, int | None]:
    with database.read() as session:
        found = session.scalars(select(Mapping)).one()
        return found.state, found.approved_version


@pytest.fixture
def approved(curator: Member, reviewer: Member) -> str:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    return uuid


def test_the_proposal_waits_again(approved: str, reviewer: Member, database: Database) -> None:
    assert "Undo the approval" in reviewer.get(f"/mappings/{approved}").text
    assert reviewer.post(f"/mappings/{approved}/undo", version="1").status_code == 303
    assert state(database) == ("proposed", None)
    assert approved in reviewer.get("/review").text
    assert approved not in reviewer.get("/exports/mappings.csv").text


def test_by_nobody_else(approved: str, admin: Member, curator: Member, database: Database) -> None:
    for member in (admin, curator):
        assert "Undo the approval" not in member.get(f"/mappings/{approved}").text
        assert member.post(f"/mappings/{approved}/undo", version="1").status_code == 403
    assert state(database) == ("approved", 1)


def test_of_a_revision_the_version_before_it_is_published_again(
    approved: str, curator: Member, reviewer: Member, database: Database
) -> None:
    fields = form_in(curator.get(f"/mappings/{approved}/edit").text, "/edit").fields
    given = {**fields, **PATHWAY_ANSWERS, "evidence": "likely", "reason": "Weaker."}
    curator.post(f"/mappings/{approved}/edit", **given)
    reviewer.post(f"/mappings/{approved}/approve", version="2")
    assert state(database) == ("approved", 2)
    assert reviewer.post(f"/mappings/{approved}/undo", version="2").status_code == 303
    assert state(database) == ("proposed", 1)


def test_not_after_a_day(
    approved: str, reviewer: Member, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "UNDO_WITHIN", timedelta(0))
    late = reviewer.post(f"/mappings/{approved}/undo", version="1")
    assert late.status_code == 409
    assert "An approval can be undone within a day." in late.text
    assert state(database) == ("approved", 1)
    assert "Undo the approval" not in reviewer.get(f"/mappings/{approved}").text


def test_a_day_is_24_hours() -> None:
    event = MappingEvent(action="approve", at="2026-01-01T12:00:00Z")
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert steps.undoable(event, noon)
    assert not steps.undoable(event, noon + timedelta(seconds=1))
    assert not steps.undoable(MappingEvent(action="reject", at=event.at), noon)
