"""Codes of workshops: who comes in, as whom, how often, and who does not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.accounts.conftest import visitor, who_is_here
from tests.conftest import SECRET, Member, propose
from webapp.accounts import codes
from webapp.accounts.models import AuditEvent, Identity, Person, WorkshopCode
from webapp.accounts.people import enrol
from webapp.database import Database


@pytest.fixture
def code(database: Database) -> str:
    return make(database)


def make(database: Database, uses: int = 3) -> str:
    return codes.make(
        database, SECRET, label="Course of May", uses=uses, valid_for=timedelta(days=1)
    )


def come_in(member: Member, code: str, name: str) -> TestResponse:
    return member.post("/workshop", code=code, name=name)


def uses(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(WorkshopCode.uses)).one()


def test_a_guest_comes_in_and_proposes(app: Flask, code: str, database: Database) -> None:
    member = visitor(app)
    member.get("/sign-in?next=/key-events/1513")
    answer = come_in(member, code, "Eve Student")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/key-events/1513")
    assert who_is_here(member) == "Eve Student"
    assert propose(member)
    with database.read() as session:
        [person] = session.scalars(select(Person))
        [identity] = session.scalars(select(Identity))
        acts = session.execute(select(AuditEvent.act, AuditEvent.subject)).all()
    assert person.role == "curator"
    assert (identity.provider, identity.shown) == ("workshop", "Course of May")
    assert len(identity.subject) == 32
    assert "eve" not in identity.subject.lower()
    assert [tuple(one) for one in acts] == [
        ("workshop.made", "Course of May"),
        ("workshop.redeemed", "Course of May"),
    ]
    assert uses(database) == 1


@pytest.mark.parametrize("written", [str.lower, lambda one: one.replace("-", " "), "  {}\t".format])
def test_however_it_is_written(app: Flask, code: str, written: Callable[[str], str]) -> None:
    assert come_in(visitor(app), written(code), "Eve").status_code == 303


def test_the_same_browser_and_name_are_the_same_person(
    app: Flask, code: str, database: Database
) -> None:
    member = visitor(app)
    come_in(member, code, "Eve")
    member.post("/sign-out")
    assert who_is_here(member) == ""
    assert come_in(member, code, " eve").status_code == 303
    assert who_is_here(member) == "Eve"
    assert uses(database) == 1

    # The next one at the same machine is somebody else; the first one may still come back.
    assert come_in(member, code, "Mallory").status_code == 303
    assert who_is_here(member) == "Mallory"
    assert come_in(member, code, "Eve").status_code == 303
    with database.read() as session:
        assert session.scalars(select(Person.name)).all() == ["Eve", "Mallory"]
    assert uses(database) == 2


def test_nobody_takes_the_name_of_somebody_who_is_here(
    app: Flask, code: str, curator: Member, database: Database
) -> None:
    for name in ("Ada Curator", "ADA  curator", "Ada\u200b Curator"):
        member = visitor(app)
        answer = come_in(member, code, name)
        assert answer.status_code == 422
        assert "Somebody here has this name already" in answer.text
        assert who_is_here(member) == ""
    come_in(visitor(app), code, "Eve")
    assert come_in(visitor(app), code, "Eve").status_code == 422, "another browser"
    with database.read() as session:
        assert len(session.scalars(select(Person)).all()) == 2
    assert uses(database) == 1


def test_nobody_becomes_an_administrator_by_a_name(
    app: Flask, code: str, database: Database
) -> None:
    come_in(visitor(app), code, "Dan Admin")
    with database.read() as session:
        assert session.scalars(select(Person.role)).all() == ["curator"]
        [identity] = session.scalars(select(Identity))
    # A one-time link for that name is for somebody else.
    with database.write() as session:
        assert enrol(session, "link", "dan admin", "Dan Admin", "admin").id != identity.person_id


@pytest.mark.parametrize("why", ["wrong", "expired", "revoked", "full"])
def test_a_code_that_lets_nobody_in(app: Flask, database: Database, why: str) -> None:
    code = make(database, uses=1)
    if why == "full":
        come_in(visitor(app), code, "The first")
    with database.write() as session:
        if why == "expired":
            session.execute(update(WorkshopCode).values(expires_at="2020-01-01T00:00:00.000Z"))
    if why == "revoked":
        with database.read() as session:
            [found] = codes.all_codes(session)
        assert codes.revoke(database, found.id) == "Course of May"
        assert codes.revoke(database, found.id) is None
    member = visitor(app)
    answer = come_in(member, "AAAA-BBBB-CCCC" if why == "wrong" else code, "Eve")
    assert answer.status_code == 422
    assert ("As many people" if why == "full" else "is not valid") in answer.text
    assert 'value="Eve"' in answer.text, "what was typed is still there"
    assert who_is_here(member) == ""
    with database.read() as session:
        names = session.scalars(select(Person.name)).all()
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert names == (["The first"] if why == "full" else [])
    assert last is not None
    assert (last.act, last.detail) == ("sign-in.failed", {"reason": "code"})


def test_who_is_in_stays_in_when_the_code_is_revoked(
    app: Flask, code: str, database: Database
) -> None:
    member = visitor(app)
    come_in(member, code, "Eve")
    with database.read() as session:
        [found] = codes.all_codes(session)
    codes.revoke(database, found.id)
    assert who_is_here(member) == "Eve"
    assert propose(member)


@pytest.mark.parametrize("name", ["", " \u200b", "x" * 201])
def test_what_is_no_name(app: Flask, code: str, name: str, database: Database) -> None:
    answer = come_in(visitor(app), code, name)
    assert answer.status_code == 422
    assert "name" in answer.text
    assert uses(database) == 0


def test_of_many_who_press_at_once_no_more_come_in_than_may(database: Database) -> None:
    code = make(database, uses=3)
    outcomes: list[str] = []

    def press(number: int) -> None:
        try:
            codes.redeem(database, SECRET, code, f"Guest {number}", f"browser {number}")
            outcomes.append("in")
        except codes.NotRedeemed as error:
            outcomes.append(error.field)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["code"] * 5 + ["in"] * 3
    assert uses(database) == 3


def test_the_code_itself_is_nowhere(app: Flask, code: str, database: Database) -> None:
    come_in(visitor(app), code, "Eve")
    database.close()
    for file in database.path.parent.glob("*.db*"):
        held = file.read_bytes()
        for text in (code, code.replace("-", "")):
            assert text.encode() not in held, file
    with database.read() as session:
        stored = session.scalars(select(WorkshopCode.code_hash)).one()
    assert stored == codes.keyed_hash(SECRET, code)
    assert stored != codes.keyed_hash("another secret of the site", code)


def test_codes_cannot_be_guessed(database: Database) -> None:
    made = {make(database) for _ in range(20)}
    assert len(made) == 20
    assert len(set(codes.LETTERS)) == 30
    assert all(set(one) <= {*codes.LETTERS, "-"} and len(one) == 14 for one in made)
    assert not set("01ILOU") & set(codes.LETTERS)


def test_who_is_no_guest_any_more_comes_in_otherwise(database: Database) -> None:
    code = codes.make(database, SECRET, label="X", uses=2, valid_for=timedelta(days=1))
    guest = codes.redeem(database, SECRET, code, "Eve", "a browser")
    with database.write() as session:
        person = session.get(Person, guest.person.id)
        assert person is not None
        person.role = "reviewer"
    with pytest.raises(codes.NotRedeemed, match="no guest any more"):
        codes.redeem(database, SECRET, code, "Eve", "a browser")
