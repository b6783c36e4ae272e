from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from backup.manifest import Manifest
from backup.scheduler import Scheduler
from tests.backup.installation import (
    LARGE,
    PATIENCE,
    Installation,
    connect,
    decide,
    make_database,
    wait_until,
)


def newest(installation: Installation) -> Manifest | None:
    return installation.folder.newest()


def stop(process: subprocess.Popen[str]) -> str:
    began = time.monotonic()
    process.terminate()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    assert time.monotonic() - began < 10, "supervisord would have killed it"
    return output


def test_a_fresh_installation_has_a_snapshot_within_seconds(empty: Installation) -> None:
    scheduler = empty.start("run")
    wait_until("pending", lambda: empty.status().get("state") == "pending")
    assert "There is no database" in empty.status()["reason"]
    assert empty.run("status").returncode == 1
    make_database(empty.database)
    wait_until("a snapshot", lambda: newest(empty))
    wait_until("ok", lambda: empty.status().get("state") == "ok")
    assert empty.run("status").returncode == 0
    output = stop(scheduler)
    assert output.count("There is no database") == 1
    assert "(first snapshot)" in output
    assert output.rstrip().endswith("Scheduler stopped.")


def test_a_change_is_in_a_snapshot_soon(installation: Installation) -> None:
    first = installation.take()
    scheduler = installation.start_fast()
    event = decide(installation.database)
    made = wait_until(
        "a snapshot of the change",
        lambda: (one := newest(installation)) and one.number > first.number and one,
    )
    assert made
    assert made.reason == "changes"
    assert made.facts.marks.event == event
    wait_until("status", lambda: installation.status()["last_verified"]["newest_event"] == event)
    stop(scheduler)


def test_nothing_new_makes_no_snapshot(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in installation.given.items():
        monkeypatch.setenv(name, value)
    made = installation.take()
    a_minute_ago = made.taken_at - timedelta(minutes=1)
    installation.folder.write(type(made)(**{**vars(made), "taken_at": a_minute_ago}))
    connection = connect(installation.database)
    connection.execute("INSERT INTO person (note) VALUES ('volatile')")
    scheduler = Scheduler(installation.settings)
    scheduler.tick()
    scheduler.tick()
    assert len(installation.folder.snapshots()) == 1
    connection.execute("INSERT INTO source_release (note) VALUES ('a new catalog')")
    connection.close()
    scheduler.tick()
    assert [one.reason for one in installation.folder.snapshots()] == ["changes", "test"]


def test_a_missed_slot_is_made_up_at_the_start(installation: Installation) -> None:
    made = installation.take()
    two_days = made.taken_at - timedelta(days=2)
    installation.folder.write(
        type(made)(**{**vars(made), "taken_at": two_days, "checked_at": two_days})
    )
    assert "missed" in installation.run("status").stdout
    scheduler = installation.start_fast()
    wait_until("a snapshot", lambda: len(installation.folder.snapshots()) == 2)
    reason = installation.folder.snapshots()[0].reason
    assert reason in {"missed slot", "schedule"}
    wait_until(
        "the older one checked again",
        lambda: installation.folder.snapshots()[1].checked_at > two_days,
    )
    stop(scheduler)


def test_bit_rot_is_found_without_being_asked(installation: Installation) -> None:
    rotten, good = installation.take(), installation.take()
    folder = installation.folder
    yesterday = rotten.checked_at - timedelta(hours=25)
    folder.write(rotten.checked(yesterday, None))
    file = folder.path / rotten.file
    data = bytearray(file.read_bytes())
    data[data.index(b"decision 9 ")] ^= 1
    file.write_bytes(data)
    scheduler = installation.start_fast()
    wait_until("the alarm", lambda: installation.status().get("damaged") == [rotten.file])
    assert installation.status()["state"] == "failed"
    assert rotten.file in installation.status()["reason"]
    assert installation.status()["last_verified"]["file"] == good.file
    file.unlink()
    wait_until("the end of the alarm", lambda: installation.status()["state"] == "ok")
    assert f"{rotten.file} is damaged" in stop(scheduler)


def test_a_second_one_ends_with_75(installation: Installation) -> None:
    first = installation.start("run")
    wait_until("a status", installation.status)
    second = installation.run("run")
    assert second.returncode == 75
    assert second.stderr.startswith(f"Another scheduler (process {first.pid}) works in")
    os.kill(first.pid, signal.SIGKILL)
    first.wait(timeout=PATIENCE)
    third = installation.start("run")
    wait_until("the lock taken over", lambda: installation.status()["scheduler_pid"] == third.pid)
    stop(third)


def test_now_works_while_it_runs(installation: Installation) -> None:
    scheduler = installation.start_fast()
    wait_until("ok", lambda: installation.status().get("state") == "ok")
    done = [installation.start("now") for _ in range(3)]
    for process in done:
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
    assert len(installation.folder.snapshots()) == 4
    stop(scheduler)


def test_it_outlives_a_database_that_is_no_longer_readable(installation: Installation) -> None:
    scheduler = installation.start_fast()
    wait_until("ok", lambda: installation.status().get("state") == "ok")
    away = installation.database.with_name("away")
    installation.database.rename(away)
    wait_until("failed", lambda: installation.status()["state"] == "failed")
    assert "There is no database" in installation.status()["reason"]
    away.rename(installation.database)
    wait_until("ok again", lambda: installation.status()["state"] == "ok")
    assert "can be read now" in stop(scheduler)


def test_a_failure_is_reported_and_heals_by_itself(installation: Installation) -> None:
    connection = connect(installation.database)
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (77, 'of nothing')")
    scheduler = installation.start_fast()
    wait_until("failed", lambda: installation.status().get("state") == "failed")
    assert "foreign_key_check" in installation.status()["reason"]
    connection.execute("DELETE FROM mapping_event WHERE mapping_id = 77")
    connection.close()
    wait_until("ok", lambda: installation.status()["state"] == "ok")
    output = stop(scheduler)
    assert "The snapshot failed (first snapshot)" in output
    assert "Next try in" in output


def test_one_that_hangs_is_ended_and_swept_up(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    scheduler = empty.start_fast(time_limit=1.0)
    partial = wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
    child = wait_until("its process", empty.snapshot_process)
    assert child
    with suppress(ProcessLookupError):  # on a busy machine its second may be over by now
        os.kill(child, signal.SIGSTOP)
    wait_until("its end", lambda: not partial[0].exists())
    wait_until("failed", lambda: (empty.status().get("state")) == "failed")
    assert "It took longer than 1 s and was ended" in stop(scheduler)


def test_sigterm_in_the_middle_of_a_snapshot_leaves_nothing(empty: Installation) -> None:
    make_database(empty.database, events=LARGE)
    scheduler = empty.start("run")
    wait_until("a partial file", lambda: list(empty.folder_path.glob("*.partial")))
    os.killpg(scheduler.pid, signal.SIGTERM)  # supervisord stops the whole group
    output, _ = scheduler.communicate(timeout=PATIENCE)
    assert scheduler.returncode == 0, output
    assert empty.files() == []
    assert "Traceback" not in output


def test_it_imports_nothing_heavy(installation: Installation) -> None:
    code = "import backup.__main__, backup.scheduler, sys; print(*sys.modules)"
    process = installation.python("-c", code)
    output, _ = process.communicate(timeout=PATIENCE)
    loaded = {name.split(".")[0] for name in output.split()}
    assert "pysqlite3" in loaded
    assert not loaded & {"webapp", "supervision", "flask", "sqlalchemy", "torch", "rich", "sqlite3"}
