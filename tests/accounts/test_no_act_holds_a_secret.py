"""Every act that the application records is done once, for real, and what was recorded is read."""

from __future__ import annotations

import json
import re

from flask import Flask
from sqlalchemy import select

from tests.accounts.test_programs_act_with_a_token import Program, made
from tests.conftest import SECRET, Member
from tests.forms import form_in
from webapp.accounts import acts, audit, links
from webapp.accounts.links import hashed
from webapp.accounts.models import ApiToken, AuditEvent, SignedInSession
from webapp.database import Database
from webapp.operations import after_restore
from webapp.settings import ROOT, Settings

ELSEWHERE = {
    # They need real programs: tests/operations/test_the_operator_acts_on_real_programs.py
    "program.start",
    "program.restart",
    "program.start-failed",
    "program.restart-failed",
    # They need a provider: tests/accounts/test_one_person_has_several_ways_in.py
    "person.added",
    "identity.linked",
    "identity.unlinked",
}
NAMES = ("Ada Curator", "Cleo Reviewer", "Dan Admin", "ada curator")


def recorded_by_the_code() -> set[str]:
    """The acts that stand in the code, as they are handed to `audit.record`."""
    found: set[str] = set()
    for file in (ROOT / "webapp").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for call in re.findall(r"(?:audit\.record|_record)\((.{0,160})", text, re.DOTALL):
            found.update(re.findall(r'"([a-z-]+\.[a-z-]+)"', call)[:1])
    return found


def invited(app: Flask, admin: Member) -> set[str]:
    """A link, a code that is used and revoked, a failure, a session ended; the secrets of these."""
    link = admin.post("/invitations/link", name="Fay New", role="curator", span="1d").text
    code = admin.post("/invitations/codes", label="Course", uses="2", days="1").text
    secrets = {
        *re.findall(r"http://localhost:5000/sign-in/([^<\s]+)", link),
        *re.findall(r'code-large">([^<]+)<', code),
    }
    assert len(secrets) == 2
    guest = Member(app.test_client(), None)
    for secret in secrets:
        done = guest.post("/workshop", code=secret, name="Gil Guest").status_code
        assert done == (303 if len(secret) == 14 else 422)
    assert guest.post("/sign-in/nothing-of-ours").status_code == 410
    form = form_in(admin.get("/invitations").text, "/revoke")
    assert admin.client.post(form.action, data=form.fields).status_code == 303
    assert admin.post("/account/sessions/end").status_code == 303
    return secrets


def test_every_act_is_done_and_none_holds_a_secret(
    app: Flask,
    settings: Settings,
    admin: Member,
    curator: Member,
    reviewer: Member,
    database: Database,
) -> None:
    runtime = app.extensions["kewp.runtime"]
    secrets = {SECRET, links.issue(runtime, "Somebody New", "curator")}
    with runtime.read() as session:
        secrets |= {one.key_hash for one in session.scalars(select(SignedInSession))}
    for member in (admin, curator, reviewer):
        with member.client.session_transaction() as cookie:
            secrets |= {cookie["key"], member.csrf()}

    token = made(curator, "propose")
    secrets |= {token, hashed(token)}
    Program(app, token).get("/")
    with database.read() as session:
        row = session.scalars(select(ApiToken)).one()
    secrets |= invited(app, admin)
    person = f"/people/{curator.person_id}"
    assert curator.post(f"/account/tokens/{row.id}/revoke").status_code == 303
    assert curator.get("/account/export").status_code == 200
    for path, form in (
        ("role", {"role": "reviewer"}),
        ("sign-out", {}),
        ("block", {}),
        ("unblock", {}),
        ("erase", {"name": "Ada Curator"}),
    ):
        assert admin.post(f"{person}/{path}", **form).status_code == 303
    assert reviewer.post("/account/erase", name="Cleo Reviewer").status_code == 303
    assert admin.get("/audit/events.csv").status_code == 200
    settings.backup_dir.mkdir(parents=True, exist_ok=True)
    (settings.backup_dir / "restored.jsonl").write_text(
        json.dumps({"file": "ke_wp_mapping_20260301_020000.db", "at": "2026-03-02T08:00:00.000Z"})
    )
    after_restore.settle(settings, database, runtime)
    with database.write() as session:
        audit.record(session, "snapshot.download", "one.db", person_id=admin.person_id)

    with database.read() as session:
        rows = session.scalars(select(AuditEvent)).all()
        lines = [f"{one.person_id} {one.act} {one.subject} {one.detail}" for one in rows]
    assert {one.act for one in rows} == recorded_by_the_code() - ELSEWHERE
    for line in lines:
        assert not [one for one in secrets if one in line], line
        assert not [one for one in NAMES if one in line], "people stand there by their id"
    assert set(acts.WORDS) >= recorded_by_the_code()
