"""The database of the snapshots is not replaced by an empty or a younger one without a person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from backup import lineage
from backup.manifest import Manifest
from tests.backup.installation import (
    PATIENCE,
    Installation,
    decide,
    dump,
    make_database,
    wait_until,
)


def lose(installation: Installation) -> None:
    for path in installation.database.parent.iterdir():
        path.unlink()


def replace(installation: Installation, events: int) -> None:
    lose(installation)
    make_database(installation.database, events)


def test_a_new_installation_may_begin(empty: Installation) -> None:
    assert empty.run("check").returncode == 0
    make_database(empty.database, 0)
    assert empty.run("check").returncode == 0


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("missing", "is missing, but"),
        ("no bytes", "is empty, but"),
        ("younger", "is another one, with 3 history events,"),
        ("longer", "is another one, with 120 history events,"),
    ],
)
def test_what_is_not_the_database_of_the_snapshots_is_refused(
    installation: Installation, how: str, sentence: str
) -> None:
    installation.take()
    match how:
        case "missing":
            lose(installation)
        case "no bytes":
            lose(installation)
            installation.database.touch()
        case "younger":
            replace(installation, 3)
        case "longer":
            replace(installation, 120)

    done = installation.run("check")

    assert done.returncode == 1
    assert f"The database {installation.database} {sentence}" in done.stderr
    assert "with history event 100. See that its disk is mounted" in done.stderr
    assert "python -m backup restore; or start afresh on purpose" in done.stderr
    assert done.stderr.count("\n") == 1
    assert how != "missing" or not installation.database.exists()


def test_files_without_manifests_are_not_passed_over(installation: Installation) -> None:
    made = installation.take()
    (installation.folder_path / made.file).with_suffix(".json").unlink()
    lose(installation)
    done = installation.run("check")
    assert done.returncode == 1
    assert "holds snapshots, none of them verified" in done.stderr


def test_growth_and_restores_of_any_kind_carry_on(installation: Installation) -> None:
    early = installation.take()
    decide(installation.database, 5)
    assert installation.run("check").returncode == 0
    installation.take()
    assert installation.run("restore", early.file).returncode == 0
    assert installation.run("check").returncode == 0, "restored, no snapshot since"
    decide(installation.database, 2)
    assert installation.run("now").returncode == 0
    assert installation.run("check").returncode == 0
    assert {one.history for one in installation.folder.snapshots()} == {early.history}
    lose(installation)
    assert installation.run("restore", early.file).returncode == 0
    assert installation.run("check").returncode == 0, "restored where nothing was"


def test_a_restore_that_fails_leaves_the_word_of_before(installation: Installation) -> None:
    made = installation.take()
    decide(installation.database)
    installation.take()
    folder = installation.folder
    before = lineage.baseline(folder)
    with pytest.raises(OSError, match="no disk"), lineage.restoring(folder, made):
        raise OSError("no disk")
    assert lineage.baseline(folder) == before
    assert not (folder.path / lineage.NAME).exists()


def test_afresh_begins_another_history_beside_the_old_one(installation: Installation) -> None:
    old = installation.take()
    lose(installation)
    done = installation.run("check", "--afresh")
    assert done.returncode == 0, done.stderr
    assert "A new history begins" in done.stdout
    assert installation.run("check").returncode == 1, "the word makes no missing database right"
    make_database(installation.database, 2)
    assert installation.run("check").returncode == 0
    assert installation.run("now").returncode == 0
    newest, kept = installation.folder.snapshots()
    assert (kept.file, kept.history) == (old.file, old.history)
    assert newest.history != old.history
    assert newest.meant
    assert installation.run("check", "--afresh").returncode == 0
    decide(installation.database)
    assert installation.take().history == newest.history, "afresh twice is once"


def test_a_database_replaced_while_the_scheduler_runs_is_said_and_both_are_kept(
    installation: Installation,
) -> None:
    old = installation.take()
    scheduler = installation.start_fast()
    wait_until("a first look", lambda: installation.status().get("state") == "ok")
    replace(installation, 4)
    made: Manifest | None = wait_until(
        "a snapshot of the other one",
        lambda: next((one for one in installation.folder.snapshots() if not one.meant), None),
    )
    assert made is not None
    wait_until("it is said", lambda: installation.status()["state"] == "failed")
    reason = installation.status()["reason"]
    assert f"{old.file} with history event 100" in reason
    assert f"python -m backup restore {old.file}" in reason

    plan = installation.run("restore", "--dry-run")
    assert f"{old.file} is of another history, up to event 100" in plan.stdout
    assert installation.run("check", "--afresh").returncode == 0
    wait_until("a person has spoken", lambda: installation.status()["state"] == "ok")
    decide(installation.database)
    later = wait_until(
        "the next snapshot",
        lambda: next(
            (
                one
                for one in installation.folder.snapshots()
                if one.meant and one != old and one.number > made.number
            ),
            None,
        ),
    )
    assert later is not None
    assert later.history == made.history
    scheduler.terminate()
    scheduler.communicate(timeout=PATIENCE)


def test_restoring_the_old_one_ends_the_alarm(installation: Installation) -> None:
    old = installation.take()
    before = dump(installation.database)
    replace(installation, 4)
    assert not installation.take().meant
    assert json.loads(installation.run("status", "--json").stdout)["state"] == "failed"
    assert installation.run("restore", old.file).returncode == 0
    assert dump(installation.database) == before
    state = json.loads(installation.run("status", "--json").stdout)
    assert "another one" not in (state["reason"] or "")
    decide(installation.database)
    assert installation.take().history == old.history


def test_the_younger_history_pushes_nothing_out(installation: Installation) -> None:
    old = installation.take()
    folder = installation.folder
    folder.write(type(old)(**{**vars(old), "taken_at": old.taken_at - timedelta(days=100)}))
    replace(installation, 1)
    for age in range(12, 0, -1):
        young = installation.take()
        at = young.taken_at - timedelta(days=age)
        folder.write(type(young)(**{**vars(young), "taken_at": at}))
    decide(installation.database)
    assert installation.run("now").returncode == 0
    left = installation.folder.snapshots()
    assert old.file in [one.file for one in left]
    assert len([one for one in left if one.history != old.history]) == 8


def test_the_words_of_an_older_version_are_read(installation: Installation) -> None:
    made = installation.take()
    path = (installation.folder_path / made.file).with_suffix(".json")
    data = json.loads(path.read_text())
    for name in ("history", "history_meant", "newest_event_digest"):
        del data[name]
    path.write_text(json.dumps(data))
    assert installation.run("check").returncode == 0
    decide(installation.database)
    assert installation.take().history == ""
    replace(installation, 5)
    assert installation.run("check").returncode == 1
