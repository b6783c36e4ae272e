from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import select, text

from tests.conftest import Member
from webapp.accounts import audit
from webapp.accounts.models import AuditEvent
from webapp.database import Database


@pytest.fixture
def recorded(database: Database, admin: Member, curator: Member) -> None:
    with database.write() as session:
        for day, act, subject, person in (
            ("2026-03-01T00:00:00.000Z", "program.restart", "web", admin.person_id),
            ("2026-03-01T23:59:59.999Z", "role.change", curator.person_id, admin.person_id),
            ("2026-03-02T00:00:00.000Z", "token.make", "f00", curator.person_id),
            ("2026-03-03T12:00:00.000Z", "database.restore", "=1+1|'x'!A1.db", None),
        ):
            session.add(
                AuditEvent(at=day, act=act, subject=subject, person_id=person, detail={"n": 1})
            )


ALL = ["database.restore", "token.make", "role.change", "program.restart"]

NARROWED = {
    "": ALL,
    "act=token": ["token.make"],
    "act=role.change": ["role.change"],
    "act=tok": [],
    "act=%27+OR+1": ALL,
    "person=ada": ["token.make", "role.change"],
    "person=dan": ["role.change", "program.restart"],
    "person=%25": [],
    "since=2026-03-02": ["database.restore", "token.make"],
    "until=2026-03-01": ["role.change", "program.restart"],
    "since=2026-03-01&until=2026-03-01&act=role": ["role.change"],
    "since=yesterday": ALL,
}


@pytest.mark.usefixtures("recorded")
def test_it_is_narrowed_by_act_person_and_days(admin: Member) -> None:
    for filters, acts in NARROWED.items():
        page = admin.get(f"/audit?{filters}").text
        shown = [act for act in ALL if f'<td class="curie">{act}</td>' in page]
        assert shown == acts, filters
        file = admin.get(f"/audit/events.jsonl?{filters}")
        found = [json.loads(line) for line in file.text.splitlines()]
        beside = {"audit.download", "sign-in.done"}
        assert [one["act"] for one in found if one["act"] not in beside] == acts, filters


@pytest.mark.usefixtures("recorded")
def test_no_cell_of_the_csv_is_a_formula(admin: Member, database: Database) -> None:
    with database.write() as session:
        for subject in ("+1", "-1", "@SUM(1)", "\t=1", "harmless"):
            audit.record(session, "catalog.update", subject)
    answer = admin.get("/audit/events.csv?act=catalog.update")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["subject"] for one in rows] == ["harmless", "'\t=1", "'@SUM(1)", "'-1", "'+1"]
    everything = list(csv.reader(io.StringIO(admin.get("/audit/events.csv").text)))
    assert "'=1+1|'x'!A1.db" in {cell for row in everything for cell in row}
    assert not [cell for row in everything for cell in row if cell[:1] in tuple("=+-@\t\r")]
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="audit.csv"' in answer.headers["Content-Disposition"]


@pytest.mark.usefixtures("recorded")
def test_a_download_is_an_act_itself(admin: Member, database: Database) -> None:
    admin.get("/audit/events.csv")
    with database.read() as session:
        last = audit.newest(session, 1)[0]
    assert (last.person, last.act, last.subject) == ("Dan Admin", "audit.download", "csv")


@pytest.mark.usefixtures("recorded")
def test_people_stand_there_by_the_name_they_have_now(
    admin: Member, curator: Member, database: Database
) -> None:
    page = admin.get("/audit?act=role").text
    assert f'changed the role of <a href="/people/{curator.person_id}">Ada Curator</a>' in page
    with database.write() as session:
        session.execute(text("UPDATE person SET name = '<i>Ada</i>' WHERE name = 'Ada Curator'"))
    page = admin.get("/audit?act=role").text
    assert "&lt;i&gt;Ada&lt;/i&gt;" in page
    assert "<i>Ada" not in page


def test_long_logs_come_in_pages(admin: Member, database: Database) -> None:
    with database.write() as session:
        for number in range(120):
            audit.record(session, "catalog.update", f"source {number}")
    page = admin.get("/audit?act=catalog&page=3").text
    assert "source 0<" in page
    assert "source 119<" not in page
    assert 'href="/audit?act=catalog&amp;page=2"' in page
    with database.read() as session:
        updates = select(AuditEvent).where(AuditEvent.act == "catalog.update")
        assert len(session.scalars(updates).all()) == 120
