from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.accounts import links, people
from webapp.accounts.models import AuditEvent, Person, SignedInSession
from webapp.database import Database

SignIn = Callable[[str, str], Member]


def acts(database: Database) -> list[tuple[str | None, str, str]]:
    with database.read() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.act.not_like("sign-in.%")).order_by(AuditEvent.id)
        ).all()
        return [(one.person_id, one.act, one.subject) for one in rows]


def role_of(database: Database, member: Member) -> str:
    with database.read() as session:
        person = session.get(Person, member.person_id)
        assert person is not None
        return person.role


def sessions_of(app: Flask, member: Member) -> int:
    with app.extensions["kewp.runtime"].read() as session:
        wanted = SignedInSession.person_id == member.person_id
        return len(session.scalars(select(SignedInSession).where(wanted)).all())


def test_a_role_holds_at_once_in_sessions_that_are_open(
    admin: Member, curator: Member, second_curator: Member, database: Database
) -> None:
    uuid = propose(second_curator)
    approve = f"/mappings/{uuid}/approve"
    assert curator.post(approve, version="1").status_code == 403
    done = admin.post(f"/people/{curator.person_id}/role", role="reviewer")
    assert done.status_code == 303
    assert curator.post(approve, version="1").status_code == 303

    admin.post(f"/people/{curator.person_id}/role", role="curator")
    assert curator.post(approve, version="1").status_code == 403
    assert role_of(database, curator) == "curator"
    act = (admin.person_id, "role.change", curator.person_id)
    assert acts(database) == [act, act]
    assert "Dan Admin</a> changed the role of" in admin.get(f"/people/{curator.person_id}").text


@pytest.mark.parametrize(
    ("path", "form"),
    [("role", {"role": "curator"}), ("block", {}), ("erase", {"name": "dan admin"})],
)
def test_the_last_administrator_stays(
    path: str, form: dict[str, str], admin: Member, sign_in: SignIn, database: Database
) -> None:
    """A blocked administrator is none, so the one beside a blocked one is the last."""
    other = sign_in("Eve Admin", "admin")
    assert admin.post(f"/people/{other.person_id}/block").status_code == 303
    before = acts(database)

    refused = admin.post(f"/people/{admin.person_id}/{path}", **form)

    assert refused.status_code == 409
    assert "Dan Admin is the last administrator. Make somebody else one first" in refused.text
    assert role_of(database, admin) == "admin"
    assert acts(database) == before
    assert admin.get("/people").status_code == 200

    assert admin.post(f"/people/{other.person_id}/unblock").status_code == 303
    assert admin.post(f"/people/{admin.person_id}/{path}", **form).status_code == 303
    assert admin.get("/people").status_code in {302, 403}


def test_a_blocked_person_is_out_at_once_and_cannot_come_in(
    app: Flask, admin: Member, curator: Member, database: Database
) -> None:
    form = {"target": "WP254", **PATHWAY_ANSWERS}
    assert admin.post(f"/people/{curator.person_id}/block").status_code == 303
    assert sessions_of(app, curator) == 0
    assert curator.post("/key-events/1513/mappings", **form).status_code == 401
    assert "Ada Curator" not in curator.get("/").text

    token = links.issue(app.extensions["kewp.runtime"], "Ada Curator", "curator")
    refused = curator.post(f"/sign-in/{token}")
    assert refused.status_code == 403
    assert "You are blocked here." in refused.text
    assert sessions_of(app, curator) == 0

    page = admin.get("/people?role=blocked").text
    assert "Ada Curator" in page
    assert "Dan Admin</a></th>" not in page

    assert admin.post(f"/people/{curator.person_id}/unblock").status_code == 303
    again = links.issue(app.extensions["kewp.runtime"], "Ada Curator", "curator")
    assert curator.post(f"/sign-in/{again}").status_code == 303
    assert curator.post("/key-events/1513/mappings", **form).status_code == 303
    assert [act for _, act, _ in acts(database)] == ["person.block", "person.unblock"]


def test_a_block_holds_though_a_session_could_not_be_ended(
    admin: Member, curator: Member, database: Database
) -> None:
    with database.write() as session:
        person = session.get(Person, curator.person_id)
        assert person is not None
        person.blocked_at = "2026-01-01T00:00:00.000Z"
    assert curator.get("/your-mappings").status_code == 302


def test_signed_out_everywhere(
    app: Flask, admin: Member, sign_in: SignIn, database: Database
) -> None:
    first, second = sign_in("Ada Curator", "curator"), sign_in("Ada Curator", "curator")
    assert sessions_of(app, first) == 2
    assert "Signed in with 2 browsers." in admin.get(f"/people/{first.person_id}").text
    assert admin.post(f"/people/{first.person_id}/sign-out").status_code == 303
    assert sessions_of(app, first) == 0
    for browser in (first, second):
        assert browser.get("/your-mappings").status_code == 302
    assert acts(database) == [(admin.person_id, "person.sign-out", first.person_id)]
    assert admin.get("/people").status_code == 200


def test_the_list_is_searched_filtered_and_paged(
    admin: Member, curator: Member, reviewer: Member, database: Database
) -> None:
    propose(curator)
    with database.write() as session:
        for number in range(60):
            name = f"Student {number:02}"
            people.enrol(session, "workshop", f"spring:{number}", name, "curator")
        person = session.get(Person, reviewer.person_id)
        assert person is not None
        person.orcid = "0000-0002-1825-0097"

    page = admin.get("/people?q=ada").text
    assert "1 person" in page
    assert "1 proposed, 0 reviewed" in page
    assert "Cleo Reviewer" in admin.get("/people?q=0000-0002-1825").text
    assert "60 people" in admin.get("/people?q=workshop:spring").text
    assert "Student 00" in admin.get("/people?role=curator").text
    assert "Student" not in admin.get("/people?role=reviewer").text
    assert "63 people" in admin.get("/people").text
    assert "Student 59" in admin.get("/people?page=2").text
    assert "Student 59" not in admin.get("/people").text
    assert "Nobody fits" in admin.get("/people?q=%25").text


def test_a_person_whom_the_operator_listed_is_marked(admin: Member) -> None:
    app = admin.client.application
    listed = replace(app.extensions["kewp.settings"], admin_users=frozenset({"link:Dan ADMIN"}))
    app.extensions["kewp.settings"] = listed
    assert "ADMIN_USERS names this person" in admin.get(f"/people/{admin.person_id}").text


def test_a_link_that_changes_a_role_is_an_act(
    curator: Member, sign_in: SignIn, database: Database
) -> None:
    sign_in("Ada Curator", "reviewer")
    assert role_of(database, curator) == "reviewer"
    assert acts(database) == [(None, "role.change", curator.person_id)]


def test_two_administrators_who_demote_one_another_at_once_leave_one(
    admin: Member, sign_in: SignIn, database: Database
) -> None:
    other = sign_in("Eve Admin", "admin")
    ready = threading.Barrier(2)

    def demote(pair: tuple[Member, Member]) -> int:
        who, whom = pair
        form = {"csrf_token": who.csrf(), "role": "curator"}
        ready.wait(60)
        return who.client.post(f"/people/{whom.person_id}/role", data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, [(admin, other), (other, admin)], timeout=120))
    assert answers in ([303, 403], [303, 409])
    assert sorted([role_of(database, admin), role_of(database, other)]) == ["admin", "curator"]
