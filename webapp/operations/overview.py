"""Everything that the operator's page shows, looked at once, and what of it needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.accounts import audit
from webapp.database import Database
from webapp.operations import disks, health, snapshots
from webapp.operations.programs import (
    Program,
    Refused,
    Supervisor,
    Unreachable,
    started_by_supervisord,
)
from webapp.operations.proofs import Proof, proofs
from webapp.operations.snapshots import Snapshot, moment
from webapp.operations.strip import Strip, strip
from webapp.publishing.records import Release, releases
from webapp.settings import Settings

LAST_ACTS = 4
SHOWN_SNAPSHOTS = 5

NO_SUPERVISORD = (
    "does not answer, so nothing that fails is started again. Ask it on the machine: supervisorctl "
    "status. If it is silent there as well, restart everything."
)


@dataclass(frozen=True)
class Need:
    """Something that needs a person: which part, and what to do, to be read after its name.

    `program` names the program whose page helps, if there is one.
    """

    part: str
    text: str
    program: str = ""


@dataclass(frozen=True)
class Overview:
    """What was found at the moment `at`; `unreachable` says why there are no programs."""

    at: datetime
    status: str
    components: dict[str, health.Check]
    programs: list[Program]
    unreachable: str
    snapshots: list[Snapshot]
    upcoming: datetime | None
    proofs: list[Proof]
    strip: Strip
    places: list[disks.Place]
    releases: list[Release]
    acts: list[audit.Act]
    needs: list[Need]

    @property
    def shown_snapshots(self) -> list[Snapshot]:
        """Those worth a line on one screen: damaged ones, then the newest that count."""
        damaged = [one for one in self.snapshots if not one.verified][: SHOWN_SNAPSHOTS // 2]
        verified = [one for one in self.snapshots if one.verified]
        return [*damaged, *verified][:SHOWN_SNAPSHOTS]

    def may_start(self, name: str) -> bool:
        """Whether the program of that name can be started now."""
        return any(one.name == name and one.may_start for one in self.programs)


def look(
    settings: Settings,
    database: Database,
    rooms: health.States,
    supervisor: Supervisor,
) -> Overview:
    """Look at everything; takes at most the patience with supervisord and with the database."""
    now = datetime.now(UTC)
    components = health.components(settings, database, rooms)
    try:
        programs, unreachable = supervisor.programs(), ""
    except (Refused, Unreachable) as error:
        programs, unreachable = [], str(error)
    taken = snapshots.snapshots(settings.backup_dir)
    backups = snapshots.report(settings.backup_dir)
    upcoming = moment(backups.get("next_slot"))
    places = disks.places(settings)
    with database.read() as session:
        sources = releases(session)
        acts = audit.newest(session, LAST_ACTS)
    needs = _needs(components, programs, taken, places)
    if unreachable and started_by_supervisord():
        needs.insert(0, Need("supervisord", NO_SUPERVISORD))
    return Overview(
        at=now,
        status=health.overall(components),
        components=components,
        programs=programs,
        unreachable=unreachable,
        snapshots=taken,
        upcoming=upcoming,
        proofs=proofs(backups),
        strip=strip(taken, now, upcoming, _failed(backups)),
        places=places,
        releases=sources,
        acts=acts,
        needs=needs,
    )


def _failed(backups: dict[str, Any]) -> datetime | None:
    """When the last attempt at a snapshot came to nothing; None where it did not."""
    last = backups.get("last_attempt")
    failed = isinstance(last, dict) and last.get("verdict") == "failed"
    return moment(last.get("finished_at") or last.get("started_at")) if failed and last else None


def _needs(
    components: dict[str, health.Check],
    programs: list[Program],
    taken: list[Snapshot],
    places: list[disks.Place],
) -> list[Need]:
    needs = [Need(name, part.detail) for name, part in components.items() if part.status != "ok"]
    needs += [Need(one.name, one.complaint, one.name) for one in programs if one.complaint]
    said = " ".join(need.text for need in needs)
    needs += [
        Need("snapshot", f"{one.file} is damaged: {one.problem}. Look at the disk, then delete it.")
        for one in taken
        if not one.verified and one.file not in said
    ]
    # The disk of the data is one of the components already, and with it what it shares.
    needs += [
        Need("disk", place.complaint)
        for place in places[1:]
        if place.complaint and "data" not in place.shared_with
    ]
    return needs
