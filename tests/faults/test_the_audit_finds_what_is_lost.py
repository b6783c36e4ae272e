"""A campaign is worth what its audit finds: every kind of loss is made once, and must be found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from backup import snapshot
from backup.folder import Folder
from tests.conftest import Member, propose
from tests.faults import audit
from tests.faults.ledger import Decision, Ledger
from webapp.settings import Settings

TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"


@pytest.fixture
def ledger(curator: Member, reviewer: Member) -> Ledger:
    """Three proposals, one approved and one rejected, all of them acknowledged."""
    found = Ledger()
    for target in ("WP254", "WP4269", "WP4396"):
        uuid = propose(curator, target=target)
        pair = f"1513 wikipathways:{target}"
        found.acknowledge(Decision("Ada Curator", "propose", pair), uuid)
    for uuid, action in zip(found.uuids, ("approve", "reject"), strict=False):
        done = reviewer.post(f"/mappings/{uuid}/{action}", reason="because")
        assert done.status_code == 303
        found.acknowledge(Decision("Cleo Reviewer", action, uuid), uuid)
    return found


def spoil(path: Path, statement: str) -> None:
    """Change history behind the application's back."""
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        for (name,) in connection.execute(TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    finally:
        connection.close()


def test_nothing_is_found_where_nothing_is_lost(settings: Settings, ledger: Ledger) -> None:
    assert audit.database(settings.database_path, ledger) == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM mapping_event WHERE action = 'approve'", "LOST 1 of what was acknowledged"),
        ("DELETE FROM mapping_event WHERE action = 'approve'", "its history ends with proposed"),
        ("UPDATE mapping SET state = 'proposed' WHERE state = 'rejected'", "is proposed, its"),
        ("UPDATE mapping_event SET before = 'approved' WHERE action = 'reject'", "follows"),
        ("DELETE FROM mapping_version WHERE id = 3", "is incomplete"),
        ("UPDATE mapping SET approved_version = 2 WHERE approved_version = 1", "is incomplete"),
        ("UPDATE mapping_event SET person_id = 'nobody' WHERE id = 1", "foreign_key_check"),
        ("UPDATE mapping_event SET person_id = (SELECT id FROM person LIMIT 1)", "LOST"),
        ("UPDATE mapping SET uuid = 'another' WHERE id = 3", "LOST mapping"),
    ],
)
def test_a_loss_in_the_database(
    settings: Settings, ledger: Ledger, statement: str, sentence: str
) -> None:
    spoil(settings.database_path, statement)

    assert sentence in "\n".join(audit.database(settings.database_path, ledger))


def test_what_was_refused_must_not_be_recorded(settings: Settings, ledger: Ledger) -> None:
    (decision, *_) = ledger.acknowledged
    uuid = next(uuid for uuid, known in ledger.uuids.items() if known == decision)
    del ledger.acknowledged[decision]
    del ledger.uuids[uuid]

    assert audit.database(settings.database_path, ledger) == [
        f"recorded although it was refused: {decision}"
    ]

    ledger.leave_unanswered(decision)  # then nobody was told anything
    assert audit.database(settings.database_path, ledger) == []


@pytest.fixture
def taken(settings: Settings, ledger: Ledger) -> Path:
    """A verified snapshot."""
    folder = Folder(settings.backup_dir)
    folder.make()
    with folder.lock(0):
        made = snapshot.take(settings.database_path, folder, "test")
    return folder.path / made.file


def test_a_good_snapshot(settings: Settings, taken: Path) -> None:
    assert audit.snapshots(taken.parent, settings.database_path) == (1, [])
    assert audit.newest_event(taken.parent) == 5


def test_an_older_snapshot_is_the_beginning(
    settings: Settings, taken: Path, reviewer: Member, ledger: Ledger
) -> None:
    undecided = list(ledger.uuids)[-1]
    assert reviewer.post(f"/mappings/{undecided}/approve").status_code == 303

    assert audit.snapshots(taken.parent, settings.database_path) == (1, [])


def _flip_a_bit(snapshot: Path) -> None:
    content = bytearray(snapshot.read_bytes())
    content[-1] ^= 1
    snapshot.write_bytes(content)


def _cut_off(snapshot: Path) -> None:
    snapshot.write_bytes(snapshot.read_bytes()[:-4096])


def _claim(name: str, value: object) -> Callable[[Path], None]:
    def spoiled(snapshot: Path) -> None:
        manifest = snapshot.with_suffix(".json")
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {name: value}))

    return spoiled


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_flip_a_bit, "its SHA-256 is not that of the manifest"),
        (_cut_off, "the manifest says"),
        (_claim("newest_event", 4), "its newest event is not 4"),
        (_claim("rows", {"mapping": 2}), "its mapping has not 2 rows"),
        (_claim("verdict", "damaged"), "has a final name and no manifest that says verified"),
        (lambda path: path.with_suffix(".json").unlink(), "has a final name and no manifest"),
        (
            lambda path: spoil(path, "UPDATE mapping_event SET reason = 'another' WHERE id = 1"),
            "its mapping_event is not the beginning of that of the database",
        ),
    ],
)
def test_a_snapshot_that_is_not_what_it_says(
    settings: Settings, taken: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    damage(taken)

    _, problems = audit.snapshots(taken.parent, settings.database_path)

    assert sentence in "\n".join(problems)
