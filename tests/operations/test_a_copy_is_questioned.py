"""`python -m webapp rehearse`: the application's part of a restore drill."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pysqlite3 import dbapi2

from tests.conftest import SECRET, Member, propose
from webapp import migrations
from webapp.database import Database
from webapp.settings import ROOT, Settings

Finished = subprocess.CompletedProcess[str]


def copy_of(settings: Settings, folder: Path) -> Path:
    """A copy by SQLite's own means, with what is in the WAL."""
    copy = folder / "copy.db"
    with dbapi2.connect(str(settings.database_path)) as live, dbapi2.connect(str(copy)) as target:
        live.backup(target)
    live.close()
    target.close()
    return copy


def rehearse(settings: Settings, copy: Path) -> Finished:
    return subprocess.run(
        [sys.executable, "-m", "webapp", "rehearse", str(copy)],
        cwd=ROOT,
        env={"DATA_DIR": str(settings.data_dir), "FLASK_SECRET_KEY": SECRET},
        capture_output=True,
        text=True,
        timeout=300,
    )


def change(copy: Path, *statements: str) -> None:
    connection = dbapi2.connect(str(copy), isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def approved(reviewer: Member, curator: Member) -> str:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    return uuid


def test_it_answers_what_people_would_miss(
    curator: Member, reviewer: Member, settings: Settings, tmp_path: Path
) -> None:
    approved(reviewer, curator)
    propose(curator, target="WP100")
    live = settings.database_path.read_bytes()
    done = rehearse(settings, copy_of(settings, tmp_path))
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    assert answers["schema"] == answers["schema_before"] == migrations.head()
    assert answers["sqlite_version"] == dbapi2.sqlite_version
    assert answers["mappings"] == {"approved": 1, "proposed": 1}
    assert answers["rows"]["mapping"] == answers["rows"]["mapping_version"] == 2
    assert answers["newest_event"] == answers["rows"]["mapping_event"] == 3
    assert answers["key_events"] == answers["rows"]["key_event"] == 68
    assert answers["targets"] == {"wikipathways": 62}
    assert (answers["approved_read"], answers["approved_unreadable"]) == (1, [])
    assert settings.database_path.read_bytes() == live


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (
            ["DROP TRIGGER {trigger_version}", "DELETE FROM mapping_version"],
            "version 1 is not there",
        ),
        (
            ["DROP TRIGGER {trigger_event}", "DELETE FROM mapping_event WHERE action = 'approve'"],
            "the event of its approval is not there",
        ),
        (["DELETE FROM person WHERE name LIKE 'Ada%'"], "its author is not there"),
        (["DELETE FROM target"], "its target is not there"),
    ],
)
def test_an_approved_mapping_that_lacks_something_is_named(
    statements: list[str],
    problem: str,
    curator: Member,
    reviewer: Member,
    settings: Settings,
    tmp_path: Path,
) -> None:
    uuid = approved(reviewer, curator)
    copy = copy_of(settings, tmp_path)
    names = {
        "trigger_version": trigger(copy, "mapping_version"),
        "trigger_event": trigger(copy, "mapping_event"),
    }
    change(copy, *(statement.format(**names) for statement in statements))
    answers = json.loads(rehearse(settings, copy).stdout)
    assert answers["approved_read"] == 0
    [named] = answers["approved_unreadable"]
    assert named.startswith(uuid)
    assert problem in named


def trigger(copy: Path, table: str) -> str:
    """The trigger that refuses to delete rows of `table`."""
    connection = dbapi2.connect(str(copy))
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? "
        "AND sql LIKE '%DELETE%'",
        (table,),
    ).fetchall()
    connection.close()
    [(name,)] = rows
    return str(name)


def test_the_database_in_use_is_refused(app: Flask, settings: Settings, tmp_path: Path) -> None:
    link = tmp_path / "a link to it"
    link.symlink_to(settings.database_path)
    for path in (settings.database_path, link):
        done = rehearse(settings, path)
        assert done.returncode == 1
        assert "is the database in use; give a copy of it" in done.stderr


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.write_bytes(b"a letter" * 1000), "cannot be read"),
        (lambda path: change(path, "CREATE TABLE orders (id)"), "cannot be read"),
    ],
)
def test_what_is_no_copy_of_ours_is_one_sentence(
    make: Any, sentence: str, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    make(copy)
    done = rehearse(settings, copy)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert str(copy) in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_copy_of_every_earlier_schema_is_brought_to_this_one(
    settings: Settings, tmp_path: Path
) -> None:
    for number, revision in enumerate(migrations.revisions()):
        copy = tmp_path / f"{number}.db"
        database = Database(copy, create=True)
        migrations.migrate(database.engine, revision)
        database.close()
        answers = json.loads(rehearse(settings, copy).stdout)
        assert (answers["schema_before"], answers["schema"]) == (revision, migrations.head())


def test_a_copy_of_a_later_version_is_refused(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(settings.database_path, copy)
    change(copy, "UPDATE alembic_version SET version_num = '9999'")
    done = rehearse(settings, copy)
    assert done.returncode == 1
    assert "has schema 9999, which this version does not know" in done.stderr


def test_it_starts_light() -> None:
    code = (
        "import sys; from webapp.__main__ import main\n"
        "assert main(['rehearse', '/nowhere']) == 1\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "There is no file /nowhere" in done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "sqlalchemy" in loaded
    assert not loaded & {"torch", "transformers", "tokenizers"}
