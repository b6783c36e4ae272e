"""The health of each part: `ok`, `degraded` (serves, needs a person) or `failing` (cannot serve).

Every check is bounded: it reads a local file, asks the disk, or queries the database with a
tenth of a second's patience. None touches the network.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pysqlite3 import dbapi2

from webapp.database import Database, explain, sqlite_version
from webapp.settings import Settings

WORDS = ("failing", "degraded", "ok")
"""What a component can be, worst first."""

MIN_FREE_BYTES = 500 * 1024 * 1024
"""Less on a disk is worth a look."""

FULL_BYTES = 1024 * 1024
"""Less is as good as nothing: one decision may need as much."""

BACKUP_SILENT_SECONDS = 120
"""The backup program writes its status every half minute; four missed mean that it does not run."""


@dataclass(frozen=True)
class Check:
    """What was found about one part: a word and a sentence."""

    status: str
    detail: str


def database(main: Database) -> Check:
    """Whether the database answers, and whether anything could be saved."""
    try:
        revision = main.probe("SELECT version_num FROM alembic_version")
    except (dbapi2.Error, TypeError) as error:
        return Check("failing", f"The database does not answer: {explain(main.path, error)}")
    if problem := _not_writable(main.path):
        return Check("degraded", f"Nothing can be saved: {problem}")
    return Check("ok", f"SQLite {sqlite_version()}, schema {revision}.")


def _not_writable(path: Path) -> str:
    """Which file stands in the way of writing, by its permissions alone; empty where none does."""
    for one in (path.parent, path, *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))):
        if one.exists() and not os.access(one, os.W_OK):
            return f"{one} is not writable for user id {os.geteuid()}; correct its owner."
    return ""


def catalog(main: Database) -> Check:
    """Whether there is something to map."""
    try:
        events = main.probe("SELECT COUNT(*) FROM key_event WHERE retired_at IS NULL")
        targets = main.probe("SELECT COUNT(*) FROM target WHERE retired_at IS NULL")
    except dbapi2.Error as error:
        return Check("failing", f"The catalog cannot be read: {error}.")
    if not events or not targets:
        return Check(
            "degraded", "The catalog is empty. Fill it with: python -m webapp catalog update"
        )
    return Check("ok", f"{events:,} Key Events, {targets:,} targets.")


def sessions(runtime_path: Path) -> Check:
    """Whether people can sign in and stay signed in."""
    try:
        count = Database.look(runtime_path, "SELECT COUNT(*) FROM signed_in_session")
    except dbapi2.Error as error:
        if problem := _not_writable(runtime_path):
            return Check("degraded", f"Nobody can sign in: {problem}")
        return Check(
            "degraded",
            f"The sessions cannot be read: {error}. They are made anew when somebody signs in.",
        )
    if problem := _not_writable(runtime_path):
        return Check("degraded", f"Nobody can sign in: {problem}")
    return Check("ok", f"Browsers signed in: {count:,}.")


def backup(status_file: Path, now: datetime | None = None) -> Check:
    """What the backup program last said of itself, and whether it still speaks."""
    now = now or datetime.now(UTC)
    try:
        status = json.loads(status_file.read_text(encoding="utf-8"))
        silent = (now - datetime.fromisoformat(status["written_at"])).total_seconds()
        state = str(status["state"])
        verified = status.get("last_verified")
        name = verified and str(verified["file"])
        age = verified and now - datetime.fromisoformat(verified["finished_at"])
    except FileNotFoundError:
        return Check("degraded", "The backup program has not reported yet.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Check("degraded", f"The status of the backups cannot be read: {error}.")
    if silent > BACKUP_SILENT_SECONDS:
        return Check(
            "degraded",
            f"The backup program is silent since {status['written_at']}. Restart it with: "
            "supervisorctl restart backup; where that is refused, start everything.",
        )
    if state not in {"ok", "running"}:
        reason = status.get("reason") or "no reason given"
        return Check("degraded", f"Backups: {state}: {reason}")
    if not age:
        return Check("degraded", "There is no verified snapshot yet.")
    return Check("ok", f"{name} verified, {age.total_seconds() / 3600:.1f} hours old.")


def disk(settings: Settings) -> Check:
    """Whether there is room for the database, its snapshots and the logs."""
    folders = {
        settings.database_path.parent: "nothing can be saved",
        settings.backup_dir: "no snapshot can be taken",
        settings.log_dir: "nothing can be logged",
    }
    room, found = {}, []
    for folder, lost in folders.items():
        try:
            free = room[folder] = shutil.disk_usage(folder).free
        except FileNotFoundError:
            continue  # the parts that need it say so
        except OSError as error:
            reason = error.strerror
            return Check("degraded", f"The disk of {folder} cannot be asked: {reason}.")
        if free < FULL_BYTES:
            found.append(f"the disk of {folder} is full and {lost}")
        elif free < MIN_FREE_BYTES:
            found.append(f"the disk of {folder} has {free / 1e6:,.0f} MB free")
    if not room:
        return Check("degraded", "None of our folders is there.")
    if found:
        return Check("degraded", f"Make room: {'; '.join(found)}.")
    return Check("ok", f"{min(room.values()) / 1e6:,.0f} MB free.")


States = Mapping[str, Callable[[], dict[str, str]]]
"""What rooms report of themselves, by the name of the component: `status` and `detail`."""


def components(settings: Settings, main: Database, rooms: States) -> dict[str, Check]:
    """All checks by the name of what they are about."""
    return {
        "database": database(main),
        "catalog": catalog(main),
        "sessions": sessions(settings.runtime_path),
        **{name: Check(**state()) for name, state in rooms.items()},
        "backup": backup(settings.backup_dir / "status.json"),
        "disk": disk(settings),
    }


def overall(checks: dict[str, Check]) -> str:
    """The worst word of them."""
    words = {check.status for check in checks.values()}
    return next(word for word in WORDS if word in words)


def report(checks: dict[str, Check]) -> dict[str, object]:
    """The overall word and every component's word and sentence."""
    return {
        "status": overall(checks),
        "components": {
            name: {"status": check.status, "detail": check.detail} for name, check in checks.items()
        },
    }
