from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import select, text

from tests.accounts.test_programs_act_with_a_token import made
from tests.conftest import Member, propose
from webapp.accounts import erasure, identities, links
from webapp.accounts.models import (
    ApiToken,
    AuditEvent,
    Identity,
    Person,
    SignedInSession,
    SignInLink,
)
from webapp.accounts.providers.interface import Recognised
from webapp.database import Base, Database
from webapp.settings import Settings

ORCID = "0000-0002-1825-0097"
HISTORY = ("mapping_event", "mapping_version", "assessment", "audit_event")


def history(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    connection = dbapi2.connect(str(settings.database_path))
    try:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in HISTORY
        }
    finally:
        connection.close()


def everything(settings: Settings) -> bytes:
    """All bytes of both databases, those of deleted rows too."""
    found = b""
    for path in (settings.database_path, settings.runtime_path):
        connection = dbapi2.connect(str(path))
        [busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0
        connection.close()
        found += path.read_bytes()
    return found.lower()


@pytest.fixture
def contributor(curator: Member, reviewer: Member, database: Database, app: Flask) -> Member:
    """A curator with an ORCID iD, an approved mapping, a token and a link that waits."""
    with database.write() as session:
        session.execute(
            text("UPDATE person SET orcid = :orcid WHERE id = :id"),
            {"orcid": ORCID, "id": curator.person_id},
        )
        session.add(Identity(provider="orcid", subject=ORCID, person_id=curator.person_id))
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    made(curator, "read")
    links.issue(app.extensions["kewp.runtime"], "Ada  CURATOR", "curator")
    return curator


@pytest.mark.parametrize("who", ["themselves", "an administrator"])
def test_name_and_ways_in_go_and_the_history_stays(
    who: str,
    app: Flask,
    settings: Settings,
    contributor: Member,
    admin: Member,
    anonymous: Member,
    database: Database,
) -> None:
    before = history(settings)
    assert f"orcid:{ORCID}" in anonymous.get("/exports/mappings.sssom.tsv").text
    if who == "themselves":
        by, path, member = contributor.person_id, "/account/erase", contributor
    else:
        by, path, member = admin.person_id, f"/people/{contributor.person_id}/erase", admin

    wrong = member.post(path, name="Ada")
    assert wrong.status_code == 422
    assert "Type the name as it stands here: Ada Curator" in wrong.text
    assert history(settings) == before

    assert member.post(path, name=" ada  curator ").status_code == 303

    with database.read() as session:
        person = session.get(Person, contributor.person_id)
        assert person is not None
        assert re.fullmatch(r"Curator [0-9a-f]{4}", person.name)
        assert person.erased_at is not None
        assert not person.can("curate")
        assert session.scalars(select(ApiToken)).all() == []
        assert {one.person_id for one in session.scalars(select(Identity))}.isdisjoint(
            {contributor.person_id}
        )
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert last is not None
        assert (last.person_id, last.act, last.subject) == (
            by,
            "person.erase",
            contributor.person_id,
        )
    with app.extensions["kewp.runtime"].read() as session:
        assert session.scalars(select(SignInLink).where(SignInLink.used_at.is_(None))).all() == []
        people = {one.person_id for one in session.scalars(select(SignedInSession))}
        assert contributor.person_id not in people

    after = history(settings)
    for table in HISTORY:
        assert after[table][: len(before[table])] == before[table]
    left = everything(settings)
    for trace in ("Ada Curator", "Ada  CURATOR", ORCID):
        assert trace.lower().encode() not in left
    for kind in ("sssom.tsv", "csv"):
        export = anonymous.get(f"/exports/mappings.{kind}").text
        assert person.name in export
        assert "Ada Curator" not in export
        assert ORCID not in export

    assert contributor.get("/your-mappings").status_code == 302
    assert person.name in admin.get("/people?role=erased").text
    assert person.name not in admin.get("/people").text
    for path in ("role", "block", "unblock"):
        again = admin.post(f"/people/{contributor.person_id}/{path}", role="admin")
        assert again.status_code == 409
    assert admin.post(f"/people/{contributor.person_id}/erase", name=person.name).status_code == 404


def test_of_every_table_that_names_a_person_it_is_decided_what_stays(app: Flask) -> None:
    """Whoever adds one decides it here, and in `erasure` where its rows must go."""
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    # Of a workshop's code the opaque id of its administrator stays, as in the record.
    assert naming == {*HISTORY, "identity", "api_token", "workshop_code"}


def test_who_signs_in_again_is_somebody_new(
    app: Flask, contributor: Member, database: Database
) -> None:
    assert contributor.post("/account/erase", name="Ada Curator").status_code == 303
    token = links.issue(app.extensions["kewp.runtime"], "Ada Curator", "curator")
    assert contributor.post(f"/sign-in/{token}").status_code == 303
    with database.read() as session:
        found = session.scalars(select(Person).where(Person.name == "Ada Curator")).one()
    assert found.id != contributor.person_id
    assert "You have proposed nothing yet" in contributor.get("/your-mappings").text


def test_a_restored_database_loses_the_name_again(
    app: Flask, settings: Settings, contributor: Member, database: Database
) -> None:
    assert contributor.post("/account/erase", name="Ada Curator").status_code == 303
    noted = settings.database_path.with_name("erased.jsonl")
    [line] = [json.loads(one) for one in noted.read_text().splitlines()]
    assert line["person"] == contributor.person_id
    assert noted.stat().st_mode & 0o777 == 0o600
    with database.write() as session:  # as a snapshot from before holds it
        person = session.get(Person, contributor.person_id)
        assert person is not None
        person.name, person.orcid, person.erased_at = "Ada Curator", ORCID, None
        session.add(Identity(provider="orcid", subject=ORCID, person_id=person.id))

    runtime = app.extensions["kewp.runtime"]
    assert erasure.again(settings, database, runtime) == 1
    assert erasure.again(settings, database, runtime) == 0

    with database.read() as session:
        person = session.get(Person, contributor.person_id)
        assert person is not None
        assert (person.name, person.orcid) == (line["pseudonym"], None)
        assert session.scalar(select(Identity).where(Identity.provider == "orcid")) is None


def test_an_erasure_that_could_not_be_noted_is_noted_at_the_next_start(
    app: Flask, settings: Settings, contributor: Member, database: Database
) -> None:
    noted = settings.database_path.with_name("erased.jsonl")
    noted.mkdir()
    assert contributor.post("/account/erase", name="Ada Curator").status_code == 303
    noted.rmdir()
    assert erasure.again(settings, database, app.extensions["kewp.runtime"]) == 0
    assert json.loads(noted.read_text())["person"] == contributor.person_id


@pytest.mark.usefixtures("impatient")
def test_what_could_not_be_forgotten_at_once_is_at_the_next_start(
    app: Flask, settings: Settings, contributor: Member, admin: Member, database: Database
) -> None:
    runtime = app.extensions["kewp.runtime"]
    holder = dbapi2.connect(str(settings.runtime_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        pseudonym = erasure.erase(
            settings,
            database,
            runtime,
            contributor.person_id,
            typed="Ada Curator",
            by=admin.person_id,
        )
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    noted = settings.database_path.with_name("erased.jsonl").read_text()
    assert json.loads(noted)["pseudonym"] == pseudonym
    assert erasure.again(settings, database, runtime) == 0
    with runtime.read() as session:
        left = session.scalars(select(SignedInSession.person_id)).all()
    assert contributor.person_id not in left


def test_nobody_links_a_way_in_to_somebody_erased(
    app: Flask, contributor: Member, database: Database
) -> None:
    assert contributor.post("/account/erase", name="Ada Curator").status_code == 303
    with pytest.raises(identities.NotLinked, match="no longer here"):
        identities.link(
            database,
            contributor.person_id,
            "orcid",
            "ORCID",
            Recognised(ORCID, "Ada", ORCID, ORCID),
        )
    with database.read() as session:
        person = session.get(Person, contributor.person_id)
        assert person is not None
        assert person.orcid is None
