"""The state of things for `/metrics`, looked up at the moment somebody asks. Free of Flask."""

from __future__ import annotations

import json
import logging
import platform
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.catalog.models import KeyEvent, SourceRelease, Target
from webapp.curation.models import STATES, Mapping
from webapp.database import Database, sqlite_version
from webapp.operations import health
from webapp.settings import Settings
from webapp.version import VERSION

log = logging.getLogger(__name__)

BACKUP_STATES = tuple("ok running stuck pending failed missed late undrilled uncopied".split())
"""The states of `status.json`, as the backup program writes it."""


class State(Collector):
    """Gauges of one installation."""

    def __init__(self, settings: Settings, database: Database, rooms: health.States) -> None:
        self._settings = settings
        self._database = database
        self._rooms = rooms

    def collect(self) -> Iterator[Metric]:
        """All gauges; those of a part that cannot be read are left out, and its status says so."""
        found = health.components(self._settings, self._database, self._rooms)
        build = InfoMetricFamily("kewp_build", "Versions in use.")
        build.add_metric(
            (),
            {"version": VERSION, "sqlite": sqlite_version(), "python": platform.python_version()},
        )
        yield build
        status = _gauge("component_status", "1 at the word that holds.", "component", "status")
        for name, check in found.items():
            for word in health.WORDS:
                status.add_metric((name, word), check.status == word)
        yield status
        if found["database"].status == "ok":
            try:
                yield from _rows(self._database)
            except SQLAlchemyError as error:
                log.warning("mappings and catalog are left out of the metrics: %s", error)
        yield from _disks(self._settings)
        yield from _backups(self._settings.backup_dir / "status.json")


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"kewp_{name}", text, labels=labels)


def _rows(database: Database) -> list[Metric]:
    """Mappings by state, and the catalog with the age of its releases."""
    mappings = _gauge("mappings", "Mappings by state.", "state")
    targets = _gauge("targets", "Live targets by resource.", "resource")
    key_events = _gauge("key_events", "Live Key Events.")
    age = _gauge(
        "catalog_release_age_seconds", "Since the newest import of a source.", "source", "version"
    )
    with database.read() as session:
        by_state = dict(
            session.execute(select(Mapping.state, func.count()).group_by(Mapping.state)).all()
        )
        for state in STATES:
            mappings.add_metric((state,), by_state.get(state, 0))
        for resource, count in session.execute(
            select(Target.resource, func.count())
            .where(Target.retired_at.is_(None))
            .group_by(Target.resource)
        ):
            targets.add_metric((resource,), count)
        live = session.scalar(select(func.count()).where(KeyEvent.retired_at.is_(None)))
        key_events.add_metric((), live or 0)
        newest = select(func.max(SourceRelease.id)).group_by(SourceRelease.source)
        for release in session.scalars(
            select(SourceRelease).where(SourceRelease.id.in_(newest)).order_by(SourceRelease.source)
        ):
            age.add_metric((release.source, release.stated_version), _since(release.imported_at))
    return [mappings, targets, key_events, age]


def _disks(settings: Settings) -> Iterator[Metric]:
    free = _gauge("disk_free_bytes", "Room on the disk of a folder.", "folder")
    size = _gauge("disk_size_bytes", "Size of the disk of a folder.", "folder")
    for name, folder in (
        ("data", settings.data_dir),
        ("backups", settings.backup_dir),
        ("logs", settings.log_dir),
    ):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue  # the status of the component disk says so
        free.add_metric((name,), usage.free)
        size.add_metric((name,), usage.total)
    yield free
    yield size


def _backups(status_file: Path) -> Iterator[Metric]:
    """What the backup program last said; nothing where it said nothing that can be read."""
    try:
        status: dict[str, Any] = json.loads(status_file.read_text(encoding="utf-8"))
        yield from list(_of_status(status))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning(
            "the backups are left out of the metrics: %s cannot be read: %r", status_file, error
        )


def _of_status(status: dict[str, Any]) -> Iterator[Metric]:
    state = _gauge("backup_state", "1 at the state that the backups are in.", "state")
    for word in BACKUP_STATES:
        state.add_metric((word,), status["state"] == word)
    yield state
    yield _one(
        "backup_status_age_seconds",
        "Since the backup program last spoke.",
        _since(status["written_at"]),
    )
    yield _one("backup_snapshots", "Verified snapshots that are kept.", status["snapshots"])
    yield _one("backup_snapshots_bytes", "Their size.", status["snapshots_bytes"])
    yield _one(
        "backup_damaged", "Kept snapshots that differ from their manifests.", len(status["damaged"])
    )
    if newest := status["last_verified"]:
        taken = datetime.fromisoformat(newest["taken_at"])
        finished = datetime.fromisoformat(newest["finished_at"])
        yield _one(
            "backup_age_seconds", "Age of the newest verified snapshot.", _since(newest["taken_at"])
        )
        yield _one("backup_bytes", "Its size.", newest["bytes"])
        yield _one(
            "backup_duration_seconds",
            "What taking and verifying it took.",
            (finished - taken).total_seconds(),
        )
    drill = status.get("drill")
    if drill and drill["verdict"] in {"passed", "failed"}:
        yield _one("backup_drill_age_seconds", "Since the last restore drill.", _since(drill["at"]))
        yield _one("backup_drill_passed", "1 if it passed.", drill["verdict"] == "passed")
    copy = status.get("copy")
    if copy and copy["copied_at"]:
        yield _one(
            "backup_copy_age_seconds", "Since the newest copy elsewhere.", _since(copy["copied_at"])
        )


def _one(name: str, text: str, value: float) -> Metric:
    gauge = _gauge(name, text)
    gauge.add_metric((), value)
    return gauge


def _since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
