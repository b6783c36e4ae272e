"""What is wrong with a database and its snapshots, judged by SQLite and SHA-256 alone.

Nothing of the application or of `backup` is used: who is judged does not judge. Every problem is a
sentence; an empty list means that nothing was lost.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from tests.faults.ledger import Decision, Ledger

Rows = list[tuple[Any, ...]]

APPEND_ONLY = ("mapping_event", "mapping_version", "assessment")
"""Tables whose rows never change: an older copy holds the first of them."""

HALF_MAPPINGS = """
    SELECT uuid FROM mapping WHERE NOT (
        EXISTS (SELECT 1 FROM mapping_event WHERE mapping_id = mapping.id)
        AND EXISTS (
            SELECT 1 FROM mapping_version v JOIN assessment a ON a.id = v.assessment_id
            WHERE v.mapping_id = mapping.id AND a.mapping_id = mapping.id)
        AND (approved_version IS NOT NULL) = (state = 'approved')
        AND (approved_version IS NULL OR EXISTS (
            SELECT 1 FROM mapping_version v
            WHERE v.mapping_id = mapping.id AND v.number = approved_version)))
"""

STEPS = """
    SELECT m.uuid, p.name, e.action, e.before, e.after, m.state, e.version,
        k.number || ' ' || t.identifier
    FROM mapping m JOIN mapping_event e ON e.mapping_id = m.id
    JOIN person p ON p.id = e.person_id
    JOIN key_event k ON k.id = m.key_event_id JOIN target t ON t.id = m.target_id
    ORDER BY e.id
"""


class Copy:
    """A database file that is only read; `immutable` for one that nobody writes to."""

    def __init__(self, path: Path, *, immutable: bool = False) -> None:
        self._connection = dbapi2.connect(
            f"file:{path}?mode=ro" + ("&immutable=1" if immutable else ""), uri=True, timeout=10
        )
        self._connection.execute("BEGIN")  # all that is read is of one moment

    def __enter__(self) -> Copy:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def rows(self, statement: str) -> Rows:
        """The rows that a statement finds."""
        found: Rows = self._connection.execute(statement).fetchall()
        return found

    def damage(self) -> Iterator[str]:
        """What SQLite's own checks find."""
        found = self.rows("PRAGMA integrity_check")
        if found != [("ok",)]:
            yield f"integrity_check: {found[:3]}"
        broken = self.rows("PRAGMA foreign_key_check")
        if broken:
            yield f"foreign_key_check: {broken[:3]}"


def database(path: Path, ledger: Ledger) -> list[str]:
    """What is wrong with the database, and where it differs from what people were told."""
    with Copy(path) as copy:
        problems = list(copy.damage())
        problems += [f"mapping {uuid} is incomplete" for (uuid,) in copy.rows(HALF_MAPPINGS)]
        steps = copy.rows(STEPS)
    return [*problems, *_history(steps), *_promises(steps, ledger)]


def _history(steps: Rows) -> Iterator[str]:
    """Each step begins where the one before it ended, and the last one led to the state."""
    reached: dict[str, tuple[str | None, str]] = {}
    for uuid, _, action, before, after, state, version, _ in steps:
        previous = reached[uuid][0] if uuid in reached else None
        if before != previous or (previous is None) is (action != "propose"):
            yield f"mapping {uuid}: {action} from {before} follows {previous}"
        if version != 1:
            yield f"mapping {uuid}: {action} is about version {version}"
        reached[uuid] = (after, state)
    for uuid, (after, state) in reached.items():
        if after != state:
            yield f"mapping {uuid} is {state}, its history ends with {after}"


def _promises(steps: Rows, ledger: Ledger) -> Iterator[str]:
    """What was acknowledged is recorded, and nothing else but what got no answer."""
    recorded: Counter[Decision] = Counter()
    proposals: dict[str, Decision] = {}
    for uuid, person, action, _, _, _, _, pair in steps:
        decision = Decision(person, action, pair if action == "propose" else uuid)
        recorded[decision] += 1
        if action == "propose":
            proposals[uuid] = decision
    for decision, count in (ledger.acknowledged - recorded).items():
        yield f"LOST {count} of what was acknowledged: {decision}"
    for uuid, decision in ledger.uuids.items():
        if proposals.get(uuid) != decision:
            yield f"LOST mapping {uuid}: {decision}"
    ours = {decision.person for decision in (*ledger.acknowledged, *ledger.unanswered)}
    for decision in recorded - ledger.acknowledged - ledger.unanswered:
        if decision.person in ours:
            yield f"recorded although it was refused: {decision}"


def snapshots(
    folder: Path, database: Path, but: frozenset[str] = frozenset()
) -> tuple[int, list[str]]:
    """How many snapshots claim to be verified, and what is wrong with any of them.

    `but` names files to leave out: a restore goes back to before the snapshots it follows,
    which are then rightly no beginning of the database.
    """
    with Copy(database) as copy:
        live = {table: copy.rows(_in_order(table)) for table in APPEND_ONLY}
    # The files first: each has had its manifest for longer.
    files = names(folder) - but
    verified = [one for one in _manifests(folder) if one["file"] in files]
    problems = [
        f"{name} has a final name and no manifest that says verified"
        for name in sorted(files - {one["file"] for one in verified})
    ]
    for manifest in verified:
        problems += [f"{manifest['file']}: {text}" for text in _claims(folder, manifest, live)]
    return len(verified), problems


def names(folder: Path) -> frozenset[str]:
    """The names of the snapshots in a folder."""
    return frozenset(path.name for path in folder.glob("ke_wp_mapping_*.db"))


def newest_event(folder: Path) -> int:
    """The newest event in the newest verified snapshot; -1 where there is none."""
    verified = [one for one in _manifests(folder) if (folder / one["file"]).exists()]
    newest = max(verified, key=lambda one: int(one["number"]), default={"newest_event": -1})
    return int(newest["newest_event"])


def _manifests(folder: Path) -> list[dict[str, Any]]:
    """The manifests that say verified."""
    found = []
    for path in folder.glob("ke_wp_mapping_*.json"):
        try:
            manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # it was one without a snapshot, and is swept up
        if manifest["verdict"] == "verified":
            found.append(manifest)
    return found


def _claims(folder: Path, manifest: dict[str, Any], live: dict[str, Rows]) -> Iterator[str]:
    """Where a snapshot is not what its manifest says, or not an earlier state of the database."""
    path = folder / manifest["file"]
    content = path.read_bytes()
    if len(content) != manifest["bytes"]:
        yield f"it has {len(content)} bytes, the manifest says {manifest['bytes']}"
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        yield "its SHA-256 is not that of the manifest"
    try:
        with Copy(path, immutable=True) as copy:
            yield from copy.damage()
            for table, count in manifest["rows"].items():
                if copy.rows(f'SELECT count(*) FROM "{table}"') != [(count,)]:
                    yield f"its {table} has not {count} rows"
            if copy.rows("SELECT ifnull(max(id), 0) FROM mapping_event") != [
                (manifest["newest_event"],)
            ]:
                yield f"its newest event is not {manifest['newest_event']}"
            for table, rows in live.items():
                early = copy.rows(_in_order(table))
                if early != rows[: len(early)]:
                    yield f"its {table} is not the beginning of that of the database"
    except dbapi2.Error as error:
        yield f"it cannot be read: {error}"


def _in_order(table: str) -> str:
    return f"SELECT * FROM {table} ORDER BY id"
