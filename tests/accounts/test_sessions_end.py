"""A session ends when it is idle, when it is old, and where its person ends it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.conftest import MakeApp, visitor, who_is_here
from tests.conftest import SECRET, Member
from tests.forms import form_in
from webapp.accounts import links
from webapp.accounts.models import AuditEvent, SignedInSession
from webapp.database import Database, utc_in
from webapp.security import cookie_name

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def in_by_link(app: Flask, name: str, browser: str = "") -> Member:
    """Somebody who used a one-time link, in a browser of that name."""
    token = links.issue(app.extensions["kewp.runtime"], name, "curator")
    member = visitor(app)
    if browser:
        member.client.environ_base["HTTP_USER_AGENT"] = browser
    form = form_in(member.get(f"/sign-in/{token}").text, token)
    assert member.client.post(form.action, data=form.fields).status_code == 303
    return member


def age(app: Flask, **columns: timedelta) -> None:
    """Make all sessions look older."""
    runtime: Database = app.extensions["kewp.runtime"]
    with runtime.write() as session:
        values = {name: utc_in(-span) for name, span in columns.items()}
        session.execute(update(SignedInSession).values(**values))


def sessions(app: Flask) -> list[tuple[str, str]]:
    with app.extensions["kewp.runtime"].read() as session:
        rows = session.execute(select(SignedInSession.browser, SignedInSession.way))
        return [(browser, way) for browser, way in rows]


@pytest.mark.parametrize(
    ("settings", "idle", "lifetime"),
    [
        ({}, timedelta(days=14), timedelta(days=30)),
        (
            {"SESSION_IDLE": "20m", "SESSION_LIFETIME": "8h"},
            timedelta(minutes=20),
            timedelta(hours=8),
        ),
    ],
)
def test_idle_or_old(
    make_app: MakeApp, settings: dict[str, str], idle: timedelta, lifetime: timedelta
) -> None:
    app = make_app(**settings)
    minute = timedelta(minutes=1)
    member = in_by_link(app, "Ada")
    age(app, seen_at=idle - minute)
    assert who_is_here(member) == "Ada", "using it renews it"
    age(app, created_at=lifetime - minute)
    assert who_is_here(member) == "Ada"
    age(app, created_at=lifetime + minute)
    assert who_is_here(member) == "", "however much it is used"

    member = in_by_link(app, "Ada")
    age(app, seen_at=idle + minute)
    assert who_is_here(member) == ""
    assert member.get("/account").status_code == 302


def test_one_sees_where_one_is_signed_in_and_ends_it_there(app: Flask) -> None:
    here = in_by_link(app, "Ada", FIREFOX)
    there = in_by_link(app, "Ada")
    third = in_by_link(app, "Ada")
    other = in_by_link(app, "Ben")
    page = here.get("/account").text
    assert "Firefox on Linux" in page
    assert page.count("A program") == 2
    assert page.count("this one") == 1

    form = form_in(page, "/account/sessions/end")
    assert "session" not in form.fields, "the first one is for all others"
    one = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(one) == 2
    assert here.post("/account/sessions/end", session=one[0]).status_code == 303
    assert sorted([who_is_here(there), who_is_here(third)]) == ["", "Ada"]

    assert here.client.post(form.action, data=form.fields).status_code == 303
    assert [who_is_here(one) for one in (here, there, third, other)] == ["Ada", "", "", "Ben"]
    assert sorted(sessions(app)) == [
        ("Firefox on Linux", "one-time link"),
        ("a program", "one-time link"),
    ]
    with app.extensions["kewp.database"].read() as session:
        acts = session.execute(
            select(AuditEvent.act, AuditEvent.subject).where(AuditEvent.act == "session.ended")
        ).all()
    assert [tuple(one) for one in acts] == [("session.ended", "one"), ("session.ended", "others")]


def test_nobody_ends_the_sessions_of_others(app: Flask) -> None:
    ada, ben = in_by_link(app, "Ada"), in_by_link(app, "Ben")
    with app.extensions["kewp.runtime"].read() as session:
        every = session.scalars(select(SignedInSession.id)).all()
    for one in every:
        ada.post("/account/sessions/end", session=one)
    ada.post("/account/sessions/end")
    assert [who_is_here(one) for one in (ada, ben)] == ["Ada", "Ben"]


def test_a_stolen_cookie_is_worth_nothing_after_signing_out_elsewhere(app: Flask) -> None:
    victim = in_by_link(app, "Ada")
    stolen = victim.client.get_cookie(cookie_name(SECRET))
    assert stolen is not None
    here = in_by_link(app, "Ada")
    here.post("/account/sessions/end")
    thief = visitor(app)
    thief.client.set_cookie(cookie_name(SECRET), stolen.value)
    assert who_is_here(thief) == ""


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        ({}, False),
        ({"SECURE_COOKIES": "yes"}, True),
        ({"PUBLIC_URL": "https://mappings.example.org"}, True),
    ],
)
def test_how_the_cookie_travels(make_app: MakeApp, settings: dict[str, str], secure: bool) -> None:
    app = make_app(**settings)
    token = links.issue(app.extensions["kewp.runtime"], "Ada", "curator")
    client = app.test_client()
    base = "https://mappings.example.org" if secure else "http://localhost"
    page = client.get(f"/sign-in/{token}", base_url=base)
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) is secure


def test_signing_out_is_no_link(curator: Member) -> None:
    assert curator.get("/sign-out").status_code == 405
    assert who_is_here(curator) == "Ada Curator"
