"""The page without supervisord, as under `flask run`; see also tests/browser."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import SECRET, Member
from webapp.accounts.models import AuditEvent
from webapp.database import Database
from webapp.operations import disks
from webapp.operations.prepare import snapshot
from webapp.settings import Settings


def words(page: str) -> str:
    """The text of a page as somebody reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def recorded(database: Database) -> list[tuple[str | None, str, str]]:
    with database.read() as session:
        acts = select(AuditEvent).where(AuditEvent.act != "sign-in.done")
        return [(one.person_id, one.act, one.subject) for one in session.scalars(acts)]


def only_snapshot(settings: Settings) -> Path:
    snapshot(settings)
    [path] = settings.backup_dir.glob("ke_wp_mapping_*.db")
    return path


def test_no_supervisord_is_a_sentence_and_no_fault(admin: Member) -> None:
    page = words(admin.get("/operator").text)
    assert "supervisord cannot be reached, so its programs are not shown here." in page
    assert "Back up now" not in page
    assert "supervisord does not answer" not in page


def test_it_is_a_fault_where_supervisord_runs_the_site(
    admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERVISOR_ENABLED", "1")
    page = words(admin.get("/operator").text)
    assert "supervisord does not answer, so nothing that fails is started again." in page


def test_every_part_is_there(admin: Member, settings: Settings) -> None:
    file = only_snapshot(settings)
    page = words(admin.get("/operator").text)
    for part in ("Health", "Programs", "Snapshots", "Disk", "Sources", "Last acts"):
        assert f"{part} " in page
    assert "database SQLite 3." in page
    assert f"verified · {file.stat().st_size / 1e3:.1f} kB · just now" in page
    assert "data " in page
    assert " free of " in page
    assert "Starter catalog" in page
    assert "settings in force" in page


def test_secrets_are_named_and_not_shown(admin: Member) -> None:
    page = admin.get("/operator").text
    assert "FLASK_SECRET_KEY" in page
    assert "(set)" in page
    assert SECRET not in page


def test_a_damaged_snapshot_is_named_with_what_to_do(admin: Member, settings: Settings) -> None:
    file = only_snapshot(settings)
    manifest = file.with_suffix(".json")
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**data, "verdict": "damaged", "problem": "bytes differ"}))

    page = words(admin.get("/operator").text)

    assert f"{file.name} is damaged: bytes differ. Look at the disk, then delete it." in page
    assert "need you" in page or "needs you" in page
    assert file.name not in re.findall(r'href="[^"]*"', admin.get("/operator").text)


def test_a_disk_of_its_own_that_fills_is_named(
    admin: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "MIN_FREE_BYTES", 10**18)
    [data, *_] = disks.places(settings)
    assert f"make room in {settings.data_dir}" in data.complaint
    # In this folder all three share one disk, whose sentence stands in the health already.
    assert words(admin.get("/operator").text).count("make room in") == 0


def test_what_lies_in_another_folder_of_ours_is_counted_once(settings: Settings) -> None:
    file = only_snapshot(settings)
    data, backups, logs = disks.places(settings)
    assert backups.used >= file.stat().st_size
    assert data.used + backups.used == sum(
        one.stat().st_size for one in settings.data_dir.rglob("*") if one.is_file()
    )
    assert (backups.shared_with, logs.shared_with) == (("data",), ("data", "backups"))
    assert logs.used == 0


def test_the_parts_come_alone_with_title_and_dot(admin: Member) -> None:
    parts = admin.get("/operator/parts", headers={"HX-Request": "true"}).text
    assert "<html" not in parts
    assert "<title>" in parts
    assert 'id="health-dot" hx-swap-oob="innerHTML"' in parts
    assert 'hx-swap-oob="innerHTML"' not in admin.get("/operator").text


def test_a_script_of_somebody_signed_out_is_told_so(anonymous: Member) -> None:
    answer = anonymous.get("/operator/parts", headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_every_link_has_a_name_of_its_own_to_keep_the_focus(
    admin: Member, settings: Settings
) -> None:
    only_snapshot(settings)
    parts = admin.get("/operator/parts").text.split("</span>", 1)[1]
    links = re.findall(r"<(?:a|button)\b[^>]*>", parts)
    ids = re.findall(r'<(?:a|button)\b[^>]*\bid="([^"]+)"', parts)
    assert len(ids) == len(set(ids)) >= 2
    assert [link for link in links if " id=" not in link and "data-go" not in link] == []


def test_only_administrators_are_led_there(admin: Member, reviewer: Member) -> None:
    assert admin.get("/").text.count('href="/operator"') == 2  # the menu, and the dot of health
    assert 'href="/operator' not in reviewer.get("/").text


def test_a_snapshot_comes_as_it_lies_there_and_is_recorded(
    admin: Member, settings: Settings, database: Database
) -> None:
    file = only_snapshot(settings)
    for path in (file, file.with_suffix(".json")):
        with closing(admin.get(f"/operator/snapshots/{path.name}")) as answer:
            assert answer.data == path.read_bytes()
            assert answer.headers["Content-Disposition"] == f"attachment; filename={path.name}"
            assert answer.headers["Cache-Control"] == "no-store"
    admin.client.head(f"/operator/snapshots/{file.name}").close()
    assert recorded(database) == [
        (admin.person_id, "snapshot.download", file.name),
        (admin.person_id, "snapshot.download", file.with_suffix(".json").name),
    ]
    assert "Dan Admin downloaded" in words(admin.get("/operator").text)


@pytest.mark.parametrize(
    "name", ["status.json", ".scheduler.lock", "..%2Fke_wp_mapping.db", "%2Fetc%2Fpasswd"]
)
def test_nothing_else_can_be_downloaded(
    admin: Member, settings: Settings, database: Database, name: str
) -> None:
    only_snapshot(settings)
    assert admin.get(f"/operator/snapshots/{name}").status_code == 404
    assert recorded(database) == []


def test_what_supervisord_cannot_be_told_is_not_recorded_as_done(
    admin: Member, database: Database
) -> None:
    answer = admin.post("/operator/programs/backup-now/start")
    assert answer.status_code == 503
    assert "supervisorctl status" in answer.text
    assert recorded(database) == []
