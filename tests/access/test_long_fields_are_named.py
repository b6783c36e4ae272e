"""A field that is far too long is named with its limit, nothing is stored, the rest stays typed."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import text

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.database import Database

LONG = "1 " * 50_000
JSON = {"Accept": "application/json"}
SENTENCES = {
    "note": "at most 4000 characters",
    "override_reason": "at most 2000 characters",
    "references": "Write one reference a line",
    "relationship": "",
    "evidence": "",
    "predicate": "",
    "confidence": "",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_of_a_proposal(name: str, curator: Member, database: Database) -> None:
    form = {"target": "WP254", **PATHWAY_ANSWERS, "csrf_token": curator.csrf(), name: LONG}
    answer = curator.client.post("/key-events/1513/mappings", data=form, headers=JSON)
    assert answer.status_code == 422
    told = answer.get_json(force=True)["fields"]
    assert set(told) == {name}
    assert SENTENCES[name] in told[name]
    assert len(told[name]) < 300, "what was sent is not repeated"
    with database.read() as session:
        assert session.scalar(text("SELECT COUNT(*) FROM mapping")) == 0


def test_a_target_that_is_none(curator: Member) -> None:
    form = {"target": LONG, **PATHWAY_ANSWERS, "csrf_token": curator.csrf()}
    answer = curator.client.post("/key-events/1513/mappings", data=form, headers=JSON)
    assert answer.status_code == 404
    assert len(answer.text) < 1000, "what was sent is not repeated"


def test_of_a_decision(second_curator: Member, reviewer: Member, database: Database) -> None:
    uuid = propose(second_curator)
    form = {"version": "1", "reason": LONG, "csrf_token": reviewer.csrf()}
    answer = reviewer.client.post(f"/mappings/{uuid}/reject", data=form, headers=JSON)
    assert answer.status_code == 422
    assert "at most 2000 characters" in answer.get_json(force=True)["fields"]["reason"]
    with database.read() as session:
        assert session.scalar(text("SELECT state FROM mapping")) == "proposed"


def test_files_are_not_taken_for_text(curator: Member, database: Database) -> None:
    form = {"target": "WP254", **PATHWAY_ANSWERS, "csrf_token": curator.csrf()}
    del form["relationship"]
    sent = {**form, "relationship": (BytesIO(b"causative"), "name.txt")}
    answer = curator.client.post("/key-events/1513/mappings", data=sent, headers=JSON)
    assert answer.status_code == 422
    assert set(answer.get_json(force=True)["fields"]) == {"relationship"}
