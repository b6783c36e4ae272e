from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from tests.accounts.test_programs_act_with_a_token import made
from tests.conftest import Member, propose
from webapp.accounts.links import hashed
from webapp.accounts.models import AuditEvent
from webapp.database import Database


def test_it_holds_all_that_is_ones_own_and_nothing_of_others(
    app: Flask, curator: Member, second_curator: Member, reviewer: Member, database: Database
) -> None:
    uuid = propose(curator, note="Seen in table 2.")
    theirs = propose(second_curator, 1945, "WP4923", note="A note of somebody else.")
    reviewer.post(f"/mappings/{uuid}/reject", version="1", reason="Read the other paper.")
    token = made(curator, "read")

    answer = curator.get("/account/export")

    assert answer.status_code == 200
    assert 'filename="my-data.json"' in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json
    assert body is not None
    assert body["person"]["name"] == "Ada Curator"
    assert body["person"]["id"] == curator.person_id
    assert [one["id"] for one in body["identities"]] == ["link:ada curator"]
    assert [one["way"] for one in body["sessions"]] == ["one-time link"]
    assert [one["scope"] for one in body["tokens"]] == ["read"]
    [mapping] = body["mappings"]
    assert (mapping["mapping"], mapping["note"], mapping["state"]) == (
        uuid,
        "Seen in table 2.",
        "rejected",
    )
    assert mapping["answers"]["evidence"] == "known"
    assert [one["action"] for one in body["steps"]] == ["propose"]
    assert [one["act"] for one in body["acts"]] == [
        "person.export",
        "token.make",
        "sign-in.done",
    ]
    for other in (theirs, "A note of somebody else.", "Read the other", token, hashed(token)):
        assert other not in answer.text
    decided = reviewer.get("/account/export").json
    assert decided is not None
    assert decided["mappings"] == []
    assert [(one["mapping"], one["reason"]) for one in decided["steps"]] == [
        (uuid, "Read the other paper.")
    ]


def test_it_is_recorded(curator: Member, database: Database) -> None:
    curator.client.head("/account/export")
    curator.get("/account/export")
    with database.read() as session:
        [act] = session.scalars(select(AuditEvent).where(AuditEvent.act == "person.export")).all()
    assert (act.person_id, act.act, act.subject) == (
        curator.person_id,
        "person.export",
        curator.person_id,
    )


def test_the_privacy_page_names_the_periods_in_force(
    app: Flask, anonymous: Member, curator: Member
) -> None:
    settings = app.extensions["kewp.settings"]
    assert "7 days; the newest one always" in anonymous.get("/privacy").text
    assert "also in a second place" not in anonymous.get("/privacy").text
    app.extensions["kewp.settings"] = replace(
        settings, backup_retention_days=42, backup_copy_to="/mnt/share"
    )
    page = anonymous.get("/privacy").text
    assert "42 days; the newest one always" in page
    assert "also in a second place" in page
    assert "/account/export" not in page
    assert "/account/export" in curator.get("/privacy").text
    assert "daily ones after 42 days" in curator.get("/account/erase").text
