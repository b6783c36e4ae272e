from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from backup.attempt import Attempt
from backup.facts import Marks
from backup.manifest import Manifest
from backup.status import Database, Situation, judge
from tests.backup.installation import Installation
from tests.backup.test_when_a_snapshot_is_due import NOW, QUARTER, SLOT, taken

HERE = Database(Marks(5, 1))
CHANGED = Database(Marks(6, 1))
GONE = Database(missing=True, problem="There is no database.")
LOCKED = Database(problem="It is locked.")
FRESH = taken(NOW - timedelta(hours=1))


def attempt(verdict: str, minutes: int = 0, error: str | None = None) -> Attempt:
    return Attempt("test", NOW - timedelta(minutes=minutes), 1, verdict=verdict, error=error)


@pytest.mark.parametrize(
    ("state", "database", "snapshots", "last", "now"),
    [
        ("ok", HERE, [FRESH], attempt("verified"), NOW),
        ("ok", CHANGED, [taken(NOW - QUARTER)], None, NOW),
        ("running", HERE, [FRESH], attempt("running", 1), NOW),
        ("stuck", HERE, [FRESH], attempt("running", 6), NOW),
        ("pending", GONE, [], None, NOW),
        ("pending", HERE, [], None, NOW),
        ("failed", GONE, [FRESH], None, NOW),
        ("failed", LOCKED, [FRESH], None, NOW),
        ("failed", HERE, [FRESH], attempt("failed", error="The disk is full."), NOW),
        ("failed", HERE, [FRESH, FRESH.checked(NOW, "spoiled")], None, NOW),
        ("late", CHANGED, [taken(NOW - 2 * QUARTER)], None, NOW),
        ("missed", HERE, [taken(SLOT - timedelta(hours=1))], None, NOW),
        ("ok", HERE, [taken(SLOT - timedelta(hours=1))], None, SLOT + timedelta(minutes=1)),
    ],
)
def test_states(
    state: str,
    database: Database,
    snapshots: list[Manifest],
    last: Attempt | None,
    now: datetime,
) -> None:
    found, reason = judge(Situation(now, database, snapshots, last, SLOT, QUARTER))
    assert found == state
    assert (reason is None) is (state == "ok")


def test_json_has_what_others_read(installation: Installation) -> None:
    before = installation.run("status", "--json")
    assert before.returncode == 1
    assert json.loads(before.stdout)["state"] == "pending"
    made = installation.take()
    found = json.loads(installation.run("status", "--json").stdout)
    assert found["state"] == "ok"
    assert found["reason"] is None
    assert found["last_verified"]["file"] == made.file
    assert found["last_verified"]["sha256"] == made.sha256
    assert found["last_verified"]["newest_event"] == 100
    assert found["last_attempt"]["verdict"] == "verified"
    assert found["scheduler_pid"] is None
    assert datetime.fromisoformat(found["next_slot"]) > datetime.fromisoformat(found["written_at"])
    assert found["sqlite_version"].startswith("3.")


def test_without_a_scheduler_it_says_so_and_ends_with_1(installation: Installation) -> None:
    installation.take()
    done = installation.run("status")
    assert done.returncode == 1
    assert "not running; start it with: supervisorctl start backup" in done.stdout
