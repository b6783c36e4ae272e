"""Approved, revised, approved or rejected: what is published, what is shown, what changed."""

from __future__ import annotations

import csv

import pytest
from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from tests.forms import form_in
from webapp.curation.models import Mapping
from webapp.database import Database

OTHERWISE = {**PATHWAY_ANSWERS, "evidence": "likely", "reason": "The overlap is partial."}


def exported(member: Member) -> list[dict[str, str]]:
    lines = member.get("/exports/mappings.csv").text.splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def mapping(database: Database) -> tuple[str, int | None, int]:
    """State, published version, number of versions."""
    with database.read() as session:
        found = session.scalars(select(Mapping)).one()
        return found.state, found.approved_version, len(found.versions)


@pytest.fixture
def approved(curator: Member, reviewer: Member) -> str:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    return uuid


@pytest.fixture
def revised(approved: str, second_curator: Member) -> str:
    page = second_curator.get(f"/mappings/{approved}/edit")
    fields = form_in(page.text, "/edit").fields
    assert fields["evidence"] == PATHWAY_ANSWERS["evidence"]  # as the version that stands
    done = second_curator.post(f"/mappings/{approved}/edit", **{**fields, **OTHERWISE})
    assert done.status_code == 303, done.text
    return approved


def test_until_it_is_approved_the_old_version_is_published(
    revised: str, reviewer: Member, database: Database
) -> None:
    before = exported(reviewer)
    assert mapping(database) == ("proposed", 1, 2)
    page = reviewer.get(f"/mappings/{revised}").text
    assert "This is a revision. Version 1 stays published until it is approved." in page
    assert "What changed since version 1" in page
    assert "The overlap is partial." in page
    assert "revision of version 1" in reviewer.get("/review").text

    assert reviewer.post(f"/mappings/{revised}/approve", version="2").status_code == 303

    assert mapping(database) == ("approved", 2, 2)
    (old,), (new,) = before, exported(reviewer)
    assert old["record_id"] == new["record_id"]
    assert (old["author_label"], new["author_label"]) == ("Ada Curator", "Ben Curator")
    assert old["confidence"] != new["confidence"]


def test_a_rejected_revision_leaves_the_mapping_approved(
    revised: str, reviewer: Member, curator: Member, database: Database
) -> None:
    before = exported(reviewer)
    reviewer.post(f"/mappings/{revised}/reject", version="2", reason="The first was right.")
    assert mapping(database) == ("approved", 1, 2)
    assert exported(reviewer) == before
    page = reviewer.get(f"/mappings/{revised}").text
    assert "Ada Curator" in page
    assert "The first was right." in page
    assert "This is a revision" not in page
    # The next revision begins from what stands, and has a number of its own.
    fields = form_in(curator.get(f"/mappings/{revised}/edit").text, "/edit").fields
    assert (fields["version"], fields["evidence"]) == ("1", PATHWAY_ANSWERS["evidence"])
    assert curator.post(f"/mappings/{revised}/edit", **{**fields, **OTHERWISE}).status_code == 303
    assert mapping(database) == ("proposed", 1, 3)


def test_its_author_takes_a_revision_back(
    revised: str, second_curator: Member, curator: Member, database: Database
) -> None:
    assert curator.post(f"/mappings/{revised}/withdraw", version="2").status_code == 403
    assert second_curator.post(f"/mappings/{revised}/withdraw", version="2").status_code == 303
    assert mapping(database) == ("approved", 1, 2)


def test_a_revision_that_changes_nothing_is_refused(
    approved: str, curator: Member, database: Database
) -> None:
    fields = form_in(curator.get(f"/mappings/{approved}/edit").text, "/edit").fields
    refused = curator.post(f"/mappings/{approved}/edit", **{**fields, "reason": "Nothing."})
    assert refused.status_code == 422
    assert "Answer otherwise than the version that stands" in refused.text
    assert mapping(database) == ("approved", 1, 1)


def test_a_revision_without_a_reason_comes_back_filled_in(
    approved: str, curator: Member, database: Database
) -> None:
    fields = form_in(curator.get(f"/mappings/{approved}/edit").text, "/edit").fields
    given = {**fields, **OTHERWISE, "reason": "", "note": "A long thought."}
    refused = curator.post(f"/mappings/{approved}/edit", **given)
    assert refused.status_code == 422
    assert "Say what you change and why." in refused.text
    again = form_in(refused.text, "/edit").fields
    assert (again["note"], again["evidence"]) == ("A long thought.", "likely")
    assert mapping(database) == ("approved", 1, 1)


def test_two_revise_at_once(
    approved: str, curator: Member, second_curator: Member, database: Database
) -> None:
    fields = form_in(curator.get(f"/mappings/{approved}/edit").text, "/edit").fields
    assert curator.post(f"/mappings/{approved}/edit", **{**fields, **OTHERWISE}).status_code == 303
    del fields["csrf_token"]
    late = second_curator.post(f"/mappings/{approved}/edit", **{**fields, **OTHERWISE})
    assert late.status_code == 409
    assert "is proposed by now" in late.text
    assert "The overlap is partial." in late.text  # what was typed
    assert mapping(database) == ("proposed", 1, 2)


def test_the_page_compares_with_what_was_published_before(
    revised: str, curator: Member, reviewer: Member
) -> None:
    reviewer.post(f"/mappings/{revised}/reject", version="2", reason="The first was right.")
    fields = form_in(curator.get(f"/mappings/{revised}/edit").text, "/edit").fields
    curator.post(f"/mappings/{revised}/edit", **{**fields, **OTHERWISE})
    reviewer.post(f"/mappings/{revised}/approve", version="3")
    assert "What changed since version 1" in reviewer.get(f"/mappings/{revised}").text


def test_what_was_sent_is_no_draft_on_whatever_page_follows(revised: str, reviewer: Member) -> None:
    page = reviewer.get(f"/mappings/{revised}?return_to=review").text
    fields = form_in(page, "/approve").fields
    assert fields["draft"]
    given = {**fields, "reason": "Why weaker?", "return_to": "review"}
    done = reviewer.post(f"/mappings/{revised}/return", **given)
    assert done.headers["Location"] == "/review"
    assert f'data-drops-draft="{fields["draft"]}"' in reviewer.get("/review").text
