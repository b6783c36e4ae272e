"""Links and codes that administrators make in the browser; shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.conftest import visitor, who_is_here
from tests.conftest import Member
from tests.forms import form_in
from webapp.accounts.models import AuditEvent, Person, SignInLink, WorkshopCode
from webapp.database import Database, utc_in


def acts(database: Database) -> list[tuple[str, str, str | None]]:
    with database.read() as session:
        rows = session.execute(
            select(AuditEvent.act, AuditEvent.subject, AuditEvent.person_id).where(
                AuditEvent.act.not_like("sign-in.%")
            )
        )
        return [(act, subject, person) for act, subject, person in rows]


def test_a_link_signs_one_person_in_once(app: Flask, admin: Member, database: Database) -> None:
    answer = admin.post("/invitations/link", name="Ada Lovelace", role="reviewer", span="7d")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"http://localhost:5000(/sign-in/[^<\s]+)", answer.text)
    assert found is not None
    assert found[1] not in admin.get("/invitations").text
    with app.extensions["kewp.runtime"].read() as session:
        expires = session.scalars(select(SignInLink.expires_at).where(SignInLink.used_at.is_(None)))
        assert expires.one() > utc_in(timedelta(days=6))

    invited = visitor(app)
    form = form_in(invited.get(found[1]).text, found[1])
    assert invited.client.post(form.action, data=form.fields).status_code == 303
    assert who_is_here(invited) == "Ada Lovelace"
    assert visitor(app).get(found[1]).status_code == 410
    with database.read() as session:
        role = session.scalars(select(Person.role).where(Person.name == "Ada Lovelace")).one()
    assert role == "reviewer"
    assert acts(database) == [("invitation.made", "reviewer", admin.person_id)]


def test_it_says_whom_a_link_is_for(admin: Member, curator: Member) -> None:
    answer = admin.post("/invitations/link", name="ada CURATOR", role="admin", span="15m")
    text = " ".join(answer.text.split())
    assert "This is the Ada Curator who came first on" in text
    assert "as curator. For somebody else of that name" in text


def test_a_code_is_made_used_and_revoked(app: Flask, admin: Member, database: Database) -> None:
    answer = admin.post("/invitations/codes", label="Course of May", uses="2", days="3")
    found = re.search(r'code-large">([^<]+)<', answer.text)
    assert found is not None
    assert answer.headers["Cache-Control"] == "no-store"
    guest = visitor(app)
    assert guest.post("/workshop", code=found[1], name="Eve").status_code == 303
    page = admin.get("/invitations").text
    assert "1 of 2" in page
    assert found[1] not in page

    form = form_in(page, "/revoke")
    assert admin.client.post(form.action, data=form.fields).status_code == 303
    assert "revoked" in admin.get("/invitations").text
    assert visitor(app).post("/workshop", code=found[1], name="Mallory").status_code == 422
    with database.read() as session:
        assert session.scalars(select(WorkshopCode.uses)).one() == 1
        guest_id = session.scalars(select(Person.id).where(Person.name == "Eve")).one()
    assert acts(database) == [
        ("workshop.made", "Course of May", admin.person_id),
        ("workshop.redeemed", "Course of May", guest_id),
        ("workshop.revoked", "Course of May", admin.person_id),
    ]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("label", {"label": " ", "uses": "30", "days": "2"}),
        ("label", {"label": "x" * 101, "uses": "30", "days": "2"}),
        ("uses", {"label": "Course", "uses": "0", "days": "2"}),
        ("uses", {"label": "Course", "uses": "many", "days": "2"}),
        ("days", {"label": "Course", "uses": "30", "days": "91"}),
        ("days", {"label": "Course", "uses": "30", "days": "-1"}),
        ("days", {"label": "Course", "uses": "30", "days": "99999999999"}),
        ("days", {"label": "Course", "uses": "30", "days": ""}),
    ],
)
def test_what_cannot_be_made_comes_back_as_typed(
    admin: Member, database: Database, field: str, fields: dict[str, str]
) -> None:
    answer = admin.post("/invitations/codes", **fields)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert form_in(answer.text, "/invitations/codes").fields["label"] == fields["label"]
    with database.read() as session:
        assert session.scalars(select(WorkshopCode)).all() == []


def test_codes_that_are_over_say_so(admin: Member, database: Database) -> None:
    admin.post("/invitations/codes", label="Course", uses="1", days="1")
    with database.write() as session:
        session.execute(update(WorkshopCode).values(uses=1))
    assert ">full<" in admin.get("/invitations").text
    with database.write() as session:
        session.execute(update(WorkshopCode).values(expires_at="2020-01-01T00:00:00.000Z"))
    page = admin.get("/invitations").text
    assert ">expired<" in page
    assert "/revoke" not in page
