"""On a small tmpfs in a mount namespace of its own, so that nobody else's disk fills."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from backup.settings import ROOT
from tests.backup.installation import Installation, make_database
from tests.backup.privileges import IN_A_NAMESPACE, need_namespaces

SCENARIO = """
import json, os, sys
from pathlib import Path
from backup import snapshot, status
from backup.errors import BackupError
from backup.folder import Folder
from backup.settings import load_settings
settings = load_settings()
folder = Folder(settings.folder)
folder.make()
filler = folder.path / "filler"
def fill(keep=0):
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536)); file.flush()
        except OSError:
            pass
        os.ftruncate(file.fileno(), max(0, file.tell() - keep))
def take(**options):
    try:
        with folder.lock(0):
            return snapshot.take(settings.database, folder, "test", **options).file
    except BackupError as error:
        return str(error)
def state():
    return status.now(settings, folder)["state"]
def left():
    return sorted(p.name for p in folder.path.iterdir() if "ke_wp" in p.name)
found = {"first": take(), "state": state()}
if sys.argv[1] == "before":
    fill(keep=1 << 20)
    found["second"] = take()
else:
    found["second"] = take(on_step=lambda step: step == "copy" and fill(keep=1 << 20))
found["state while full"] = state()
found["left"] = left()
filler.unlink()
found["third"] = take()
found["state at the end"] = state()
print(json.dumps(found))
"""


def on_a_small_disk(installation: Installation, *words: str) -> dict[str, Any]:
    installation.folder.make()
    mount = f'mount -t tmpfs -o size=96m none "{installation.folder_path}" && exec "$@"'
    need_namespaces("A FULL DISK")
    inside = [*IN_A_NAMESPACE, "sh", "-c", mount, "sh"]
    done = subprocess.run(
        [*inside, sys.executable, "-c", SCENARIO, *words],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("when", "sentence"),
    [("before", "MB are needed; make room"), ("midway", "database or disk is full")],
)
def test_it_is_reported_and_heals(empty: Installation, when: str, sentence: str) -> None:
    make_database(empty.database, events=20_000)
    found = on_a_small_disk(empty, when)
    assert found["first"].endswith(".db")
    assert found["state"] == "ok"
    assert sentence in found["second"]
    assert found["state while full"] == "failed"
    assert found["left"] == [found["first"], found["first"].replace(".db", ".json")]
    assert found["third"].endswith(".db")
    assert found["state at the end"] == "ok"
