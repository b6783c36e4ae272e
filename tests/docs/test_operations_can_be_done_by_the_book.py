"""The blocks of docs/operations.md are run as they stand there, in a real installation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.faults.people import Curator
from tests.supervision.installation import START
from tests.supervision.real_installation import RealInstallation, real_installation
from webapp.operations import health
from webapp.settings import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def blocks(title: str) -> list[str]:
    """The shell blocks of a section."""
    section = TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def typed(real: RealInstallation, block: str) -> str:
    """What a block prints; each of its lines must succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{real.environment['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", block],
        cwd=real.root,
        env={**real.environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=2 * START,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def old() -> Iterator[RealInstallation]:
    """An installation to be moved; without an encoder, which nothing here needs."""
    with real_installation(ENCODER="none") as made:
        made.call_it_running_soon()
        yield made


@pytest.fixture
def new() -> Iterator[RealInstallation]:
    """Where it is moved to."""
    with real_installation(ENCODER="none") as made:
        made.call_it_running_soon()
        yield made


def test_looking_backing_up_and_moving(old: RealInstallation, new: RealInstallation) -> None:
    old.start_and_wait()
    [(number,)] = old.query("SELECT max(number) FROM key_event")
    [(target,)] = old.query("SELECT min(identifier) FROM target WHERE resource = 'wikipathways'")
    with closing(Curator(old, "Somebody who moves", Ledger(), iter(()))) as curator:
        uuid = curator.propose_one(number, target)

    [backing_up] = blocks("Back up")
    assert "verified" in typed(old, backing_up)
    [looking] = blocks("Is all well?")
    seen = typed(old, looking)
    assert seen.count("RUNNING") == 4
    assert "verified" in seen
    [reading] = blocks("Read the logs")
    assert "Scheduler started" in typed(old, reading)

    leaving, arriving = blocks("Move to another folder or machine")
    assert "before moving" in typed(old, leaving)
    manifests = old.backups.glob("ke_wp_mapping_*.json")
    [newest] = [path for path in manifests if "before moving" in path.read_text()]
    new.backups.mkdir(parents=True)
    for file in (newest, newest.with_suffix(".db")):
        shutil.copy(file, new.backups)
    assert f"Restored {newest.stem}.db" in typed(new, arriving)
    assert new.query("SELECT uuid FROM mapping") == [(uuid,)]
    new.start_and_wait()
    assert new.status_of(f"/mappings/{uuid}") == 200


def test_every_alarm_is_explained() -> None:
    alarms = TEXT.split("\n## Alarms\n", 1)[1]
    for component in ("database", "catalog", "sessions", "suggestions", "backup", "disk"):
        assert f"`{component}`" in alarms
    assert set(health.WORDS) == {"failing", "degraded", "ok"}


def test_rules_for_monitors_name_real_figures() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bkewp_\w+", TEXT))
    assert named
    assert {name for name in named if f"| `{name}`" not in reference} == set()
