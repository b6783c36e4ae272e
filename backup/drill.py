"""The restore drill: the newest snapshot is restored for trial and questioned by the application.

A copy of it lies in a folder beside the database, as a restore would put it, on a disk that suits
SQLite. `python -m webapp rehearse` migrates that copy, opens it read-only and says what it holds;
here that is compared with the manifest. The folder has always the same name, so that what a killed
drill left is swept by the next one and by the scheduler.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from backup import files, snapshot, sqlite
from backup.clock import say
from backup.errors import BackupError
from backup.facts import EXPECTED_TABLES
from backup.folder import Folder
from backup.manifest import Manifest
from backup.outcome import PASSED, Ledger
from backup.settings import ROOT, Settings

NAME = "drill"

TIME_LIMIT = 15 * 60.0
"""Seconds that a drill may take in all."""


def run(settings: Settings, folder: Folder, time_limit: float = TIME_LIMIT) -> None:
    """Drill the newest verified snapshot; raises `BackupError` where it would not do."""
    limit = sqlite.TimeLimit(time_limit, "The drill")
    with Ledger(folder.path, NAME).attempt(PASSED, time_limit) as attempt:
        manifest = folder.find(None)
        attempt.file, attempt.number = manifest.file, manifest.number
        answers = _rehearse(settings, folder, manifest, limit)
        found = differences(manifest, answers)
        if found:
            raise BackupError(
                f"{manifest.file} was restored for trial and is not what its manifest says: "
                f"{'; '.join(found)}."
            )
    say(
        f"Drill passed: {manifest.file} restores, opens at schema {answers['schema']} and holds "
        f"what its manifest says, {answers['approved_read']} approved mappings among it."
    )


def sweep(settings: Settings, folder: Folder) -> None:
    """Remove what a killed drill left, unless one is under way."""
    if Ledger(folder.path, NAME).idle():
        _clear(_place(settings))


def _place(settings: Settings) -> Path:
    return settings.database.parent / f".{NAME}"


def _clear(place: Path) -> None:
    if place.exists():
        shutil.rmtree(place)


def _rehearse(
    settings: Settings, folder: Folder, manifest: Manifest, limit: sqlite.TimeLimit
) -> dict[str, Any]:
    """What the application says of a restored copy of the snapshot."""
    place = _place(settings)
    _clear(place)
    place.mkdir(mode=0o700, parents=True)
    try:
        snapshot.check_space(place, 2 * manifest.bytes)  # a migration may write all of it anew
        restored = place / settings.database.name
        files.copy(folder.path / manifest.file, restored, limit.check)
        if files.sha256(restored, limit.check) != manifest.sha256:
            raise BackupError(
                f"{manifest.file} cannot be restored: its bytes have changed since it was verified "
                "(SHA-256 differs)."
            )
        return _ask(restored, limit)
    finally:
        _clear(place)


def _ask(restored: Path, limit: sqlite.TimeLimit) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "webapp", "rehearse", str(restored)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit.left,
        )
    except subprocess.TimeoutExpired:
        raise BackupError(
            f"The application did not answer within the {limit.seconds:g} s that a drill may take."
        ) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise BackupError(
            "The application could not use the restored copy: "
            f"{said[-1] if said else f'it ended with code {done.returncode}'}"
        )
    try:
        answers: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise BackupError(f"The application answered {done.stdout[:80]!r}, not JSON.") from None
    return answers


def differences(manifest: Manifest, answers: dict[str, Any]) -> list[str]:
    """Where the application's answers differ from the manifest, in words; empty where they agree.

    After a migration a table may have other rows than before, but not fewer where people's work
    and the catalog are kept.
    """
    migrated = answers["schema"] != manifest.facts.schema
    rows, facts = answers["rows"], manifest.facts
    found = []

    def compare(what: str, expected: int | None, seen: int | None) -> None:
        same = expected == seen
        if not same and not (migrated and seen is not None and seen > (expected or 0)):
            found.append(f"{what}: {expected} became {seen}")

    if answers["schema_before"] != facts.schema:
        found.append(f"schema revision: {facts.schema} became {answers['schema_before']}")
    compare("newest history event", facts.marks.event, answers["newest_event"])
    compare("newest catalog release", facts.marks.release, answers["newest_release"])
    kept = EXPECTED_TABLES - {"alembic_version"}
    for table in sorted(kept if migrated else kept | (rows.keys() & facts.rows.keys())):
        compare(f"rows of {table}", facts.rows.get(table), rows.get(table))
    totals = {
        "key_event": answers["key_events"] + answers["retired_key_events"],
        "target": sum(answers["targets"].values()) + answers["retired_targets"],
        "mapping": sum(answers["mappings"].values()),
    }
    for table, total in totals.items():
        compare(f"{table} rows that can be counted by kind", rows.get(table), total)
    if answers["approved_unreadable"]:
        found.append(
            "approved mappings that cannot be read: " + ", ".join(answers["approved_unreadable"])
        )
    return found
