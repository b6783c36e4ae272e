"""A mistyped path, an unmounted disk or a lost file costs nobody's work: the start refuses.

The real programs throughout: curators work, the database goes away in every way, and comes back.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from supervision import last_database
from tests.faults.ledger import Ledger
from tests.faults.people import Curator
from tests.supervision.installation import START, wait_until
from tests.supervision.real_installation import RealInstallation


def run(
    real: RealInstallation, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=real.root,
        env=real.environment | environment,
        capture_output=True,
        text=True,
        timeout=START,
        check=False,
    )


def refused(real: RealInstallation, **environment: str) -> str:
    """The one line with which `python -m supervision` ends."""
    done = run(real, "supervision", **environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "starter catalog" not in done.stdout + done.stderr
    return done.stderr.strip()


def files_in(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if not path.name.startswith("runtime.db")}


@contextmanager
def installed() -> Iterator[RealInstallation]:
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        made = RealInstallation(Path(folder))
        made.environment["ENCODER"] = "none"  # nothing here is about suggestions
        made.call_it_running_soon()
        try:
            yield made
        finally:
            made.kill()


@pytest.fixture
def fresh() -> Iterator[RealInstallation]:
    """An installation of its own, as these tests spoil it."""
    with installed() as made:
        yield made


@pytest.fixture(scope="module")
def data_of_a_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data folder of an installation that was stopped after a decision and its snapshot.

    With the uuid of the mapping. Copied, never written to.
    """
    with installed() as real:
        real.start_and_wait()
        [(key_event,)] = real.query("SELECT max(number) FROM key_event")
        [(target,)] = real.query(
            "SELECT min(identifier) FROM target WHERE resource = 'wikipathways'"
        )
        with closing(Curator(real, "Somebody whose work is dear", Ledger(), iter(()))) as curator:
            uuid = curator.propose_one(key_event, target)
        real.run("backup", "now", "--reason", "the evening")
        assert real.stop() == 0
        kept = tmp_path_factory.mktemp("a day") / "data"
        shutil.copytree(real.data, kept)
    return kept, uuid


@pytest.fixture
def worked_with(
    fresh: RealInstallation, data_of_a_day: tuple[Path, str]
) -> tuple[RealInstallation, str]:
    """An installation that was stopped after that day; the mapping's uuid."""
    data, uuid = data_of_a_day
    shutil.copytree(data, fresh.data)
    run_folder = fresh.root / "run"
    run_folder.mkdir()
    last_database.remember(run_folder, fresh.database)  # as the start did there
    return fresh, uuid


def test_in_whatever_way_it_went_away(worked_with: tuple[RealInstallation, str]) -> None:
    real, uuid = worked_with
    for path in real.data.glob("ke_wp_mapping.db*"):
        path.unlink()
    before = files_in(real.data)
    lost = refused(real)
    assert f"There is no database {real.database}" in lost
    assert "python -m backup restore" in lost
    shutil.rmtree(real.root / "run")  # as in a container, which has a new one each time
    assert "is missing, but" in (lost := refused(real))
    assert "python -m webapp prepare --afresh" in lost
    for words in (
        ("webapp", "prepare"),
        ("webapp", "sign-in-link", "--name", "Ann", "--role", "admin"),
    ):
        done = run(real, *words)
        assert done.returncode != 0
        assert "python -m backup restore" in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr
    assert not real.database.exists()
    assert files_in(real.data) == before

    real.database.touch()
    assert "is empty, but" in refused(real)
    assert real.database.stat().st_size == 0
    real.database.unlink()

    mistyped = real.root / "dta" / "ke_wp_mapping.db"
    sentence = refused(real, DATABASE_PATH=str(mistyped))
    assert f"The database {mistyped} is missing, but" in sentence
    assert not mistyped.parent.exists()

    # A snapshot alone brings it all back, in one command and a start.
    done = run(real, "backup", "restore")
    assert done.returncode == 0, done.stderr
    real.start()
    real.wait_until_it_runs()
    assert real.query("SELECT uuid FROM mapping") == [(uuid,)]
    assert real.status_of(f"/mappings/{uuid}") == 200


def test_a_disk_that_is_not_mounted_takes_the_snapshots_with_it(
    worked_with: tuple[RealInstallation, str],
) -> None:
    real, uuid = worked_with
    elsewhere = real.root / "the disk, unplugged"
    real.data.rename(elsewhere)

    assert f"the last start used {real.database}" in refused(real)
    assert not real.data.exists()
    real.data.mkdir()  # the empty folder that it is mounted on
    assert "the last start used" in refused(real)
    assert list(real.data.iterdir()) == []
    typo = real.root / "dat"
    assert "DATA_DIR" in refused(real, DATA_DIR=str(typo))
    assert not typo.exists()

    real.data.rmdir()
    elsewhere.rename(real.data)
    real.start()
    real.wait_until_it_runs()
    assert real.status_of(f"/mappings/{uuid}") == 200


def test_a_new_beginning_is_possible_and_keeps_the_old_snapshots(
    worked_with: tuple[RealInstallation, str],
) -> None:
    real, uuid = worked_with
    old = {path.name for path in real.backups.glob("ke_wp_mapping_*.db")}
    for path in real.data.glob("ke_wp_mapping.db*"):
        path.unlink()

    done = run(real, "webapp", "prepare", "--afresh")

    assert done.returncode == 0, done.stderr
    assert re.search(r"/sign-in/\S+", done.stdout)
    real.start()
    real.wait_until_it_runs()
    assert real.query("SELECT count(*) FROM mapping") == [(0,)]

    def manifests() -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in real.backups.glob("ke_wp_mapping_*.json")]

    def state() -> str:
        return str(json.loads((real.backups / "status.json").read_text())["state"])

    wait_until("the new history is saved", lambda: len({one["history"] for one in manifests()}) > 1)
    wait_until("it says so", lambda: state() == "ok")
    made = manifests()
    assert old <= {manifest["file"] for manifest in made}
    assert len({manifest["history"] for manifest in made}) == 2
    assert os.path.getsize(real.database) > 0

    assert real.stop() == 0
    newest = max(
        (one for one in made if one["file"] in old), key=lambda manifest: manifest["number"]
    )
    assert run(real, "backup", "restore", newest["file"]).returncode == 0
    real.start()
    real.wait_until_it_runs()
    assert real.status_of(f"/mappings/{uuid}") == 200
