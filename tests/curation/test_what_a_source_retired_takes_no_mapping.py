from __future__ import annotations

import pytest
from sqlalchemy import select, update

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.catalog.models import KeyEvent, Target
from webapp.curation.models import Mapping
from webapp.database import Database


def retire(database: Database, side: str) -> None:
    model, column, value = {
        "Key Event": (KeyEvent, KeyEvent.number, 1513),
        "target": (Target, Target.identifier, "wikipathways:WP254"),
    }[side]
    with database.write() as session:
        session.execute(
            update(model).where(column == value).values(retired_at="2026-01-01T00:00:00.000Z")
        )


@pytest.mark.parametrize("side", ["Key Event", "target"])
def test_it_is_not_proposed(curator: Member, database: Database, side: str) -> None:
    retire(database, side)
    answer = curator.post("/key-events/1513/mappings", target="WP254", **PATHWAY_ANSWERS)
    assert answer.status_code == 409
    assert f"This {side} was retired by its source" in answer.text
    with database.read() as session:
        assert session.scalars(select(Mapping)).all() == []


@pytest.mark.parametrize("side", ["Key Event", "target"])
def test_it_is_not_approved_but_can_be_rejected(
    curator: Member, reviewer: Member, database: Database, side: str
) -> None:
    uuid = propose(curator)
    retire(database, side)
    refused = reviewer.post(f"/mappings/{uuid}/approve", version="1")
    assert refused.status_code == 409
    assert f"The {side} was retired by its source" in refused.text
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "proposed"
    done = reviewer.post(f"/mappings/{uuid}/reject", version="1", reason="retired upstream")
    assert done.status_code == 303
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "rejected"


def test_what_was_approved_before_stays_published_and_says_so(
    curator: Member, reviewer: Member, database: Database
) -> None:
    uuid = propose(curator)
    reviewer.post(f"/mappings/{uuid}/approve", version="1")
    retire(database, "target")
    page = curator.get(f"/mappings/{uuid}")
    assert "The target was retired by its source since" in page.text
    export = curator.get("/exports/mappings.sssom.tsv").text
    assert uuid in export
    assert "the target was retired by its source by 2026-01-01" in export
