"""The block of docs/backups.md that an operator copies is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.faults.people import Curator
from tests.supervision.installation import PROJECT, START, wait_until
from tests.supervision.real_installation import RealInstallation


def documented_block() -> str:
    """The one shell block of the section on restoring that stops and starts `web`."""
    text = (PROJECT / "docs" / "backups.md").read_text(encoding="utf-8")
    section = text.split("\n## Restore\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    [block] = [block for block in blocks if "supervisorctl stop web" in block]
    return str(block)


def test_copied_and_pasted_it_brings_back_the_newest_snapshot(
    real_site: RealInstallation, request: pytest.FixtureRequest
) -> None:
    real = real_site
    curator = Curator(real, "Somebody who restores", Ledger(), iter(()))
    request.addfinalizer(curator.close)
    [key_events, targets] = [
        [row[0] for row in real.query(statement)]
        for statement in (
            "SELECT number FROM key_event ORDER BY number DESC LIMIT 1",
            "SELECT identifier FROM target WHERE id NOT IN (SELECT target_id FROM mapping) LIMIT 2",
        )
    ]
    kept = curator.propose_one(key_events[0], targets[0])
    # The newest snapshot is to be one without the next proposal, so nobody takes another.
    assert real.control("stop", "backup").returncode == 0
    real.run("backup", "now", "--reason", "yesterday")
    lost = curator.propose_one(key_events[0], targets[1])
    assert real.status_of(f"/mappings/{kept}") == real.status_of(f"/mappings/{lost}") == 200

    done = paste(real, documented_block())

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Restored ke_wp_mapping_" in done.stdout
    assert "The database as it was is kept as ke_wp_mapping_" in done.stdout
    wait_until("an answer", real.answers)
    wait_until("web runs", lambda: real.states()["web"] == "RUNNING")
    assert real.status_of(f"/mappings/{kept}") == 200
    assert real.status_of(f"/mappings/{lost}") == 404
    assert json.loads(real.get("/health"))["components"]["database"]["status"] == "ok"
    assert (lost,) not in real.query("SELECT uuid FROM mapping")
    safety = json.loads(newest_manifest(real).read_text())
    assert safety["reason"] == "before a restore"
    assert safety["rows"]["mapping"] == real.query("SELECT count(*) FROM mapping")[0][0] + 1
    assert real.control("start", "backup").returncode == 0


def paste(real: RealInstallation, block: str) -> subprocess.CompletedProcess[str]:
    """Run the block in the folder of the installation, with its programs first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{real.environment['PATH']}"
    return subprocess.run(
        ["bash", "-c", block],
        cwd=real.root,
        env={**real.environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=2 * START,
    )


def newest_manifest(real: RealInstallation) -> Path:
    return max(
        real.backups.glob("ke_wp_mapping_*.json"),
        key=lambda path: int(json.loads(path.read_text())["number"]),
    )
