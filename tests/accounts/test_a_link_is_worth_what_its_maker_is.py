"""One-time links of administrators: while these are some, and never the last one's undoing."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select, update

from tests.accounts.conftest import visitor
from tests.conftest import Member
from tests.forms import form_in
from webapp.accounts import links
from webapp.accounts.models import AuditEvent, Person
from webapp.database import Database


def made(admin: Member, name: str, role: str) -> str:
    answer = admin.post("/invitations/link", name=name, role=role, span="7d")
    found = re.search(r"http://localhost:5000(/sign-in/[^<\s]+)", answer.text)
    assert found is not None
    return found[1]


def used(app: Flask, path: str) -> int:
    somebody = visitor(app)
    page = somebody.get(path)
    if page.status_code != 200:
        return page.status_code
    return somebody.client.post(path, data=form_in(page.text, path).fields).status_code


def test_it_is_worth_nothing_once_its_maker_is_none(
    app: Flask, admin: Member, database: Database
) -> None:
    path = made(admin, "Eve Later", "admin")
    with database.write() as session:
        session.execute(update(Person).where(Person.id == admin.person_id).values(role="curator"))
    assert used(app, path) == 410
    with database.read() as session:
        assert session.scalar(select(Person).where(Person.name == "Eve Later")) is None


def test_who_made_it_changed_the_role(
    app: Flask, admin: Member, curator: Member, database: Database
) -> None:
    assert used(app, made(admin, "Ada Curator", "reviewer")) == 303
    with database.read() as session:
        act = session.scalars(select(AuditEvent).where(AuditEvent.act == "role.change")).one()
        assert (act.person_id, act.subject) == (admin.person_id, curator.person_id)


def test_the_last_administrator_stays_one(app: Flask, admin: Member, database: Database) -> None:
    token = links.issue(app.extensions["kewp.runtime"], "Dan Admin", "curator")
    assert used(app, f"/sign-in/{token}") == 409
    with database.read() as session:
        assert session.scalars(select(Person.role).where(Person.name == "Dan Admin")).one() == (
            "admin"
        )
