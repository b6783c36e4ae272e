from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from backup import restore, snapshot
from backup.folder import Folder
from tests.conftest import Member, propose
from webapp.accounts.models import AuditEvent, Person
from webapp.accounts.runtime import open_runtime
from webapp.database import Database
from webapp.operations import after_restore
from webapp.settings import Settings


def restores(database: Database) -> list[tuple[str | None, str]]:
    with database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.act == "database.restore"))
        return [(one.person_id, one.subject) for one in rows]


def test_a_restore_is_recorded_once_and_erases_again(
    app: Flask, settings: Settings, curator: Member
) -> None:
    propose(curator)
    folder = Folder(settings.backup_dir)
    folder.make()
    taken = snapshot.take(settings.database_path, folder, "for trial")
    assert curator.post("/account/erase", name="Ada Curator").status_code == 303
    app.extensions["kewp.database"].close()

    plan = restore.plan(settings.database_path, folder, taken.file)
    restore.carry_out(settings.database_path, folder, plan, force=True)

    database, runtime = Database(settings.database_path), open_runtime(settings.runtime_path)
    with database.read() as session:
        person = session.get(Person, curator.person_id)
        assert person is not None
        assert person.name == "Ada Curator", "the snapshot is from before"
    for _ in range(2):
        after_restore.settle(settings, database, runtime)
        assert restores(database) == [(None, taken.file)]
        assert not (settings.backup_dir / "restored.jsonl").exists()
    with database.read() as session:
        person = session.get(Person, curator.person_id)
        assert person is not None
        assert person.name.startswith("Curator ")
    database.close()
    runtime.close()


def test_a_line_that_cannot_be_taken_away_is_recorded_once(
    settings: Settings, database: Database
) -> None:
    runtime = open_runtime(settings.runtime_path)
    settings.backup_dir.mkdir(parents=True)
    marks = settings.backup_dir / "restored.jsonl"
    line = '{"file": "one.db", "at": "2026-03-01T02:00:00.000Z"}\n'
    for text in (line, line, line + '{"file": "two'):
        marks.write_text(text)
        after_restore.settle(settings, database, runtime)
    assert restores(database) == [(None, "one.db")]
    runtime.close()
