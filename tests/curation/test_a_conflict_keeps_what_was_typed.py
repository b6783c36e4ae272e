"""Somebody else was first: the page says so, and what was typed can still be read and copied."""

from __future__ import annotations

import re

from sqlalchemy import func, select, update

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.catalog.models import Target
from webapp.curation.models import Mapping, MappingEvent
from webapp.database import Database

NOTE = "Six hundred characters <b>about</b> mitochondria.\n" * 12


def mappings(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Mapping)) or 0


def kept(page: str, name: str) -> str:
    """The text in a field that can only be read."""
    found = re.search(rf'<textarea[^>]* id="f-typed-{name}"[^>]*>([^<]*)</textarea>', page)
    assert found is not None, f"{name} is not on the page"
    assert "readonly" in found[0]
    return found[1].replace("&lt;", "<").replace("&gt;", ">")


def test_the_second_of_two_curators_keeps_the_note(
    curator: Member, second_curator: Member, database: Database
) -> None:
    uuid = propose(curator, target="WP254")
    refused = second_curator.post(
        "/key-events/1513/mappings",
        target="WP254",
        note=NOTE.replace("\n", "\r\n"),
        references="10.1000/182",
        **PATHWAY_ANSWERS,
    )
    assert refused.status_code == 409
    assert "General Apoptosis" in refused.text, "the page of the Key Event"
    assert "This pair is already proposed." in refused.text
    assert f'href="/mappings/{uuid}">See that mapping</a>' in refused.text
    assert kept(refused.text, "note") == NOTE
    assert kept(refused.text, "references") == "10.1000/182"
    assert "relationship: causative" in refused.text
    assert mappings(database) == 1


def test_a_target_that_was_retired_meanwhile(curator: Member, database: Database) -> None:
    with database.write() as session:
        session.execute(
            update(Target)
            .where(Target.identifier == "wikipathways:WP254")
            .values(retired_at="2026-01-01T00:00:00.000Z")
        )
    refused = curator.post(
        "/key-events/1513/mappings", target="WP254", note=NOTE, **PATHWAY_ANSWERS
    )
    assert refused.status_code == 409
    assert kept(refused.text, "note") == NOTE
    assert mappings(database) == 0


def test_a_target_that_is_not_in_the_catalog(curator: Member, database: Database) -> None:
    refused = curator.post(
        "/key-events/1513/mappings", target="WP99999", note=NOTE, **PATHWAY_ANSWERS
    )
    assert refused.status_code == 404
    assert "The target wikipathways:WP99999 is not in the catalog." in refused.text
    assert kept(refused.text, "note") == NOTE
    assert mappings(database) == 0


def test_the_second_of_two_reviewers_keeps_the_reason(
    curator: Member, reviewer: Member, admin: Member, database: Database
) -> None:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    reason = "The pathway is too broad.\nSee the second figure."
    refused = admin.post(f"/mappings/{uuid}/reject", version="1", reason=reason)
    assert refused.status_code == 409
    assert "This mapping is approved by now; it cannot be rejected." in refused.text
    assert kept(refused.text, "reason") == reason
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "approved"
        actions = session.scalars(select(MappingEvent.action).order_by(MappingEvent.id)).all()
    assert list(actions) == ["propose", "approve"]


def test_a_newer_version_can_be_decided_after_a_look_at_it(
    curator: Member, reviewer: Member, database: Database
) -> None:
    uuid = propose(curator)
    refused = reviewer.post(f"/mappings/{uuid}/reject", version="7", reason="Too broad.")
    assert refused.status_code == 409
    assert 'name="version" value="1"' in refused.text
    assert ">Too broad.</textarea>" in refused.text
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "proposed"


def test_the_author_who_may_not_decide_keeps_the_reason(
    reviewer: Member, database: Database
) -> None:
    uuid = propose(reviewer)
    refused = reviewer.post(f"/mappings/{uuid}/reject", version="1", reason="A second thought.")
    assert refused.status_code == 403
    assert "Nobody reviews their own proposal" in refused.text
    with database.read() as session:
        assert session.scalar(select(Mapping.state)) == "proposed"
    assert "A second thought." in refused.text
