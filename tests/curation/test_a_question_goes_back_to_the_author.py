"""Returned with a question, answered, submitted again: by the author alone, under one address."""

from __future__ import annotations

from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from tests.forms import form_in
from webapp.curation.models import Mapping
from webapp.database import Database


def test_from_question_to_approval(
    curator: Member, second_curator: Member, reviewer: Member, database: Database
) -> None:
    uuid = propose(curator)
    refused = reviewer.post(f"/mappings/{uuid}/return", version="1", reason=" ")
    assert refused.status_code == 422
    assert "Say what you ask of the author." in refused.text

    asked = "Is the whole pathway meant?"
    assert reviewer.post(f"/mappings/{uuid}/return", version="1", reason=asked).status_code == 303

    assert "Waiting for review" in reviewer.get("/review").text
    assert uuid not in reviewer.get("/review").text
    yours = curator.get("/your-mappings").text
    assert asked in yours
    assert f"/mappings/{uuid}/edit" in yours
    assert second_curator.get(f"/mappings/{uuid}/edit").status_code == 409
    page = curator.get(f"/mappings/{uuid}/edit").text
    assert asked in page
    fields = form_in(page, "/edit").fields

    silent = curator.post(f"/mappings/{uuid}/edit", **fields)
    assert silent.status_code == 422
    assert "Say what you changed, or answer the reviewer." in silent.text

    answered = {**fields, "coverage": "key_steps", "reason": "No, its first steps."}
    assert curator.post(f"/mappings/{uuid}/edit", **answered).status_code == 303

    with database.read() as session:
        found = session.scalars(select(Mapping)).one()
        assert (found.state, found.uuid, found.latest.number) == ("proposed", uuid, 2)
        assert [one.action for one in found.events] == ["propose", "return", "resubmit"]
        assert found.events[-1].reason == "No, its first steps."
        assert found.latest.assessment.answers == {**PATHWAY_ANSWERS, "coverage": "key_steps"}
    assert "submitted again" in reviewer.get("/review").text
    assert "What changed since version 1" in reviewer.get(f"/mappings/{uuid}").text
    assert reviewer.post(f"/mappings/{uuid}/approve", version="2").status_code == 303


def test_an_answer_alone_is_enough(curator: Member, reviewer: Member, database: Database) -> None:
    uuid = propose(curator)
    reviewer.post(f"/mappings/{uuid}/return", version="1", reason="Are you sure?")
    fields = form_in(curator.get(f"/mappings/{uuid}/edit").text, "/edit").fields
    done = curator.post(f"/mappings/{uuid}/edit", **{**fields, "reason": "Yes."})
    assert done.status_code == 303
    with database.read() as session:
        assert session.scalars(select(Mapping)).one().state == "proposed"
    assert "Nothing of the claim" in reviewer.get(f"/mappings/{uuid}").text
