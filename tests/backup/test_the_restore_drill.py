"""The newest snapshot is restored for trial and read by the application itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2

from backup import drill, snapshot
from backup.clock import utc_now
from backup.errors import BackupError
from backup.manifest import Manifest
from tests.backup.installation import PATIENCE, Installation, wait_until
from tests.conftest import SECRET, Member, propose
from webapp.settings import Settings


@pytest.fixture
def real(empty: Installation, starter_database: Path) -> Installation:
    """An installation with the application's own database."""
    shutil.copy(starter_database, empty.database)
    empty.given["FLASK_SECRET_KEY"] = SECRET
    return empty


def place(installation: Installation) -> Path:
    return installation.database.parent / ".drill"


def record(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((installation.folder_path / "last_drill.json").read_text())
    return found


def drilled(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(installation.run("status", "--json").stdout)
    return found


def test_a_good_snapshot_passes(real: Installation) -> None:
    made = real.take()
    live = real.database.read_bytes()
    done = real.run("drill")
    assert done.returncode == 0, done.stderr
    assert f"Drill passed: {made.file} restores, opens at schema" in done.stdout
    assert not place(real).exists()
    assert real.database.read_bytes() == live
    told = drilled(real)
    assert told["state"] == "ok"
    assert told["drill"]["verdict"] == "passed"
    assert told["drill"]["file"] == made.file
    assert told["drill"]["seconds"] > 0
    assert told["drill"]["error"] is told["drill"]["running_since"] is None
    assert told["drill"]["next"] > told["drill"]["at"]
    assert f"{made.file}: passed in" in real.run("status").stdout


def test_it_needs_a_snapshot(real: Installation) -> None:
    real.folder.make()
    done = real.run("drill")
    assert done.returncode == 1
    assert "There is no verified snapshot" in done.stderr
    assert record(real)["verdict"] == "failed"


def test_without_the_database_it_works_too(real: Installation) -> None:
    real.take()
    shutil.rmtree(real.database.parent)
    assert real.run("drill").returncode == 0
    assert list(real.database.parent.iterdir()) == []


def test_a_mapping_that_cannot_be_read_fails_it_and_health_says_so(
    curator: Member, reviewer: Member, anonymous: Member, settings: Settings, tmp_path: Path
) -> None:
    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    installation = Installation(
        tmp_path,
        DATABASE_PATH=str(settings.database_path),
        BACKUP_DIR=str(settings.backup_dir),
        FLASK_SECRET_KEY=SECRET,
    )
    installation.database, installation.folder_path = settings.database_path, settings.backup_dir
    installation.take()
    assert installation.run("drill").returncode == 0

    lose_the_version(settings.database_path)
    made = installation.take()  # sound and the same as the database, so it is verified
    done = installation.run("drill")
    assert done.returncode == 1
    sentence = f"approved mappings that cannot be read: {uuid}: version 1 is not there"
    assert f"{made.file} was restored for trial and is not what" in done.stderr
    assert sentence in done.stderr
    assert drilled(installation)["state"] == "undrilled"

    scheduler = installation.start("run")
    try:
        wait_until("status.json", installation.status)
        answer = anonymous.get("/health")
    finally:
        scheduler.terminate()
        scheduler.communicate(timeout=PATIENCE)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "degraded"
    assert "Backups: undrilled: The restore drill of" in answer.text
    assert sentence in answer.text


def lose_the_version(database: Path) -> None:
    connection = dbapi2.connect(str(database), isolation_level=None)
    triggers = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'mapping_version'"
    ).fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DELETE FROM mapping_version")
    connection.close()


def test_bytes_that_changed_fail_it(real: Installation) -> None:
    made = real.take()
    file = real.folder_path / made.file
    data = bytearray(file.read_bytes())
    data[data.index(b"Apoptosis")] ^= 1
    file.write_bytes(data)
    done = real.run("drill")
    assert done.returncode == 1
    assert "its bytes have changed" in done.stderr
    assert not place(real).exists()


def test_a_snapshot_of_a_later_version_fails_it(real: Installation) -> None:
    connection = dbapi2.connect(str(real.database), isolation_level=None)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    real.take()
    done = real.run("drill")
    assert done.returncode == 1
    assert "The application could not use the restored copy" in done.stderr
    assert "schema 9999, which this version does not know" in done.stderr


def test_room_is_seen_to_first(real: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    real.take()
    monkeypatch.setattr(snapshot, "RESERVE", 10**18)
    with pytest.raises(BackupError, match="are needed; make room"):
        drill.run(real.settings, real.folder)
    assert not place(real).exists()
    assert "make room" in record(real)["error"]


def test_an_application_that_does_not_answer_is_given_up(real: Installation) -> None:
    real.take()
    with pytest.raises(BackupError, match=r"did not answer within|took longer than"):
        drill.run(real.settings, real.folder, time_limit=0.3)  # it starts in no less than that
    assert not place(real).exists()
    assert record(real)["verdict"] == "failed"


def test_what_a_killed_one_left_is_swept_and_told(real: Installation) -> None:
    real.take()
    assert real.run("drill").returncode == 0
    for sweep in ("drill", "run"):
        process = real.start("drill")
        wait_until("the restored copy", lambda: list(place(real).glob("*.db")))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE)
        assert place(real).exists()
        told = drilled(real)
        assert told["state"] == "undrilled"
        assert told["drill"]["error"] == f"Process {process.pid} ended without a word."
        again = real.start(sweep)
        wait_until("it is swept", lambda: not place(real).exists())
        again.terminate()
        again.communicate(timeout=PATIENCE)


def test_sigterm_ends_it_cleanly_and_is_no_failure(real: Installation) -> None:
    real.take()
    assert real.run("drill").returncode == 0
    before = record(real)
    process = real.start("drill")
    wait_until("the restored copy", lambda: list(place(real).glob("*.db")))
    process.terminate()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM, output
    assert "Traceback" not in output
    assert not place(real).exists()
    assert record(real) == before
    assert drilled(real)["state"] == "ok"


def aged(made: Manifest, installation: Installation, **ago: float) -> None:
    """Let a snapshot be of long ago."""
    then = utc_now() - timedelta(**ago)
    installation.folder.write(replace(made, finished_at=then))


def seen(installation: Installation) -> dict[str, Any]:
    """The drill as status.json has it."""
    return installation.status().get("drill") or {}


def test_the_scheduler_drills_by_itself_and_goes_on_meanwhile(real: Installation) -> None:
    aged(real.take(), real, minutes=6)
    scheduler = real.start_fast()
    wait_until("a drill", lambda: seen(real).get("running_since"))
    wait_until("its good end", lambda: seen(real).get("verdict") == "passed")
    assert real.status()["state"] == "ok"
    assert real.status()["drill"]["next"] > real.status()["drill"]["at"]
    assert not place(real).exists()
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert output.count("Drill passed") == 1


def test_the_scheduler_takes_a_drill_along_when_it_stops(real: Installation) -> None:
    aged(real.take(), real, minutes=6)
    scheduler = real.start_fast()
    wait_until("the restored copy", lambda: list(place(real).glob("*.db")))
    scheduler.terminate()  # to it alone; supervisord sends it to all
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert scheduler.returncode == 0, output
    assert not place(real).exists()
    assert "Traceback" not in output


def test_the_scheduler_ends_one_that_hangs_and_tries_again_later(real: Installation) -> None:
    aged(real.take(), real, minutes=6)
    scheduler = real.start_fast(errand_limit=6)
    wait_until("the restored copy", lambda: list(place(real).glob("*.db")))
    os.kill(record(real)["pid"], signal.SIGSTOP)
    wait_until("a failure", lambda: seen(real).get("verdict") == "failed")
    told = real.status()
    assert told["state"] == "undrilled"
    assert "ended without a word" in told["drill"]["error"]
    assert told["drill"]["next"] > told["drill"]["at"]
    wait_until("it is swept", lambda: not place(real).exists())
    scheduler.terminate()
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert output.count("The drill took longer than 6 s and is ended") == 1


ANSWERS = {
    "schema_before": "0001",
    "schema": "0001",
    "rows": {"mapping": 3, "mapping_event": 5, "key_event": 2, "target": 2, "gene": 9},
    "newest_event": 5,
    "newest_release": 1,
    "key_events": 1,
    "retired_key_events": 1,
    "targets": {"wikipathways": 2},
    "retired_targets": 0,
    "mappings": {"approved": 2, "proposed": 1},
    "approved_unreadable": [],
}
for table in ("aop", "mapping_version", "person", "source_release"):
    ANSWERS["rows"][table] = 1  # type: ignore[index] # it is the inner dictionary


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, ""),
        ({"newest_event": 4}, "newest history event: 5 became 4"),
        ({"newest_event": 6}, "newest history event: 5 became 6"),
        ({"newest_event": 6, "schema": "0002"}, ""),
        ({"newest_event": 4, "schema": "0002"}, "newest history event: 5 became 4"),
        ({"schema_before": "0000"}, "schema revision: 0001 became 0000"),
        ({"mappings": {"approved": 2}}, "mapping rows that can be counted by kind: 3 became 2"),
        ({"targets": {}}, "target rows that can be counted by kind: 2 became 0"),
        ({"rows": {**ANSWERS["rows"], "gene": 8}}, "rows of gene: 9 became 8"),  # type: ignore[dict-item] # as above
        ({"rows": {**ANSWERS["rows"], "gene": 8}, "schema": "0002"}, ""),  # type: ignore[dict-item]
    ],
)
def test_answers_are_compared(
    change: dict[str, Any], sentence: str, installation: Installation
) -> None:
    made = installation.take()
    facts = replace(
        made.facts,
        marks=replace(made.facts.marks, event=5, release=1),
        rows={"alembic_version": 1, **ANSWERS["rows"]},  # type: ignore[dict-item]
    )
    found = drill.differences(replace(made, facts=facts), {**ANSWERS, **change})
    assert "; ".join(found) == sentence
