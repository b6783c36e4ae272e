"""Retired and replaced mappings: out of the downloads; a page stays, with reason and successor."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.conftest import Member, propose
from webapp.curation.decided import approved_pairs
from webapp.curation.models import Mapping
from webapp.database import Database


@pytest.fixture
def approved(curator: Member, reviewer: Member) -> str:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    return uuid


def test_retirement_leaves_a_tombstone(
    approved: str, curator: Member, reviewer: Member, anonymous: Member, database: Database
) -> None:
    refused = reviewer.post(f"/mappings/{approved}/retire", version="1")
    assert refused.status_code == 422
    assert "its page keeps the reason" in refused.text

    done = reviewer.post(f"/mappings/{approved}/retire", version="1", reason="Shown to be wrong.")

    assert done.status_code == 303
    page = anonymous.get(f"/mappings/{approved}")
    assert page.status_code == 200
    assert "This mapping was retired." in page.text
    assert "Shown to be wrong." in page.text
    assert approved not in anonymous.get("/exports/mappings.csv").text
    assert approved not in anonymous.get("/exports/mappings.sssom.tsv").text
    with database.read() as session:
        assert approved_pairs(session) == []
        found = session.scalars(select(Mapping)).one()
        assert (found.state, found.events[-1].action) == ("retired", "retire")
    again = propose(curator)  # the pair is free
    assert again != approved


def test_a_successor_is_named(
    approved: str, curator: Member, reviewer: Member, anonymous: Member, database: Database
) -> None:
    other = propose(curator, 1945, "WP4923")
    done = reviewer.post(
        f"/mappings/{approved}/supersede",
        version="1",
        reason="The Key Events were merged.",
        successor=f"http://localhost/mappings/{other}",
    )
    assert done.status_code == 303, done.text
    page = anonymous.get(f"/mappings/{approved}").text
    assert "This mapping was replaced by another one." in page
    assert f"/mappings/{other}" in page
    assert "The Key Events were merged." in page
    with database.read() as session:
        found = session.scalars(select(Mapping).where(Mapping.uuid == approved)).one()
        assert found.successor is not None
        assert (found.state, found.successor.uuid) == ("superseded", other)


@pytest.mark.parametrize(
    ("successor", "told"),
    [
        ("", "Give the address or identifier"),
        ("nonsense", "There is no mapping nonsense."),
        ("{itself}", "A mapping cannot replace itself."),
        ("{rejected}", "That mapping is rejected; choose one that is live."),
    ],
)
def test_a_successor_must_be_another_live_mapping(
    approved: str,
    curator: Member,
    reviewer: Member,
    database: Database,
    successor: str,
    told: str,
) -> None:
    rejected = propose(curator, 1945, "WP4923")
    reviewer.post(f"/mappings/{rejected}/reject", version="1", reason="No.")
    refused = reviewer.post(
        f"/mappings/{approved}/supersede",
        version="1",
        reason="Merged.",
        successor=successor.format(itself=approved, rejected=rejected),
    )
    assert refused.status_code == 422
    assert told in refused.text
    assert "Merged." in refused.text
    with database.read() as session:
        found = session.scalars(select(Mapping).where(Mapping.uuid == approved)).one()
        assert (found.state, found.successor_id) == ("approved", None)
