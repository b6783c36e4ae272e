from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from backup.attempt import Attempt
from backup.facts import Marks
from backup.manifest import Manifest
from backup.outcome import Outcome, Success
from backup.status import Database, Situation, judge
from tests.backup.installation import Installation
from tests.backup.test_when_a_snapshot_is_due import NOW, QUARTER, SLOT, taken

HERE = Database(Marks(5, 1))
CHANGED = Database(Marks(6, 1))
GONE = Database(missing=True, problem="There is no database.")
LOCKED = Database(problem="It is locked.")
HALF_AN_HOUR = timedelta(minutes=30)
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
        ("failed", HERE, [FRESH, FRESH.checked(NOW, "spoiled")], attempt("running", 1), NOW),
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


def drill(verdict: str, days: float) -> Outcome:
    return Outcome(NOW - timedelta(days=days), verdict, "x.db", error=verdict and "It is so.")


def copy(number: int, verdict: str = "copied", to: str = "/share") -> Outcome:
    success = Success("x.db", number, NOW, to)
    return Outcome(NOW, verdict, "x.db", error="It is away.", success=success)


OLD = taken(NOW - timedelta(days=3))


@pytest.mark.parametrize(
    ("state", "sentence", "situation"),
    [
        ("ok", None, {"drill": drill("passed", 6)}),
        ("ok", None, {"drill": drill("passed", 7.9)}),
        ("undrilled", "no restore drill since 2026-03-02", {"drill": drill("passed", 8.1)}),
        ("undrilled", "of 2026-03-09 12:00:00 UTC failed: It is so", {"drill": drill("failed", 1)}),
        ("undrilled", "There was no restore drill yet", {"snapshots": [FRESH, OLD]}),
        ("undrilled", "failed", {"drill": drill("failed", 1), "attempt": attempt("running", 1)}),
        (
            "failed",
            "The disk",
            {"drill": drill("failed", 1), "attempt": attempt("failed", 0, "The disk")},
        ),
        ("stuck", "running since", {"drill": drill("failed", 1), "attempt": attempt("running", 6)}),
        ("ok", None, {"copy": copy(1), "copy_to": "/share"}),
        ("ok", None, {"copy": copy(0), "copy_to": ""}),
        ("uncopied", "to be copied to /share: It is away.", {"copy": copy(0), "copy_to": "/share"}),
        ("uncopied", "to be copied to /other", {"copy": copy(1), "copy_to": "/other"}),
        ("uncopied", "no copy has been tried yet", {"copy_to": "/share"}),
        (
            "ok",
            None,
            {
                "copy": copy(0, "failed"),
                "copy_to": "/share",
                "snapshots": [taken(NOW - HALF_AN_HOUR)],
            },
        ),
    ],
)
def test_what_proves_the_snapshots_has_states_of_its_own(
    state: str, sentence: str | None, situation: dict[str, Any]
) -> None:
    fine = Situation(NOW, HERE, [taken(NOW - timedelta(hours=2))], None, SLOT, QUARTER)
    found, reason = judge(replace(fine, **situation))
    assert found == state
    assert reason is None if sentence is None else sentence in str(reason)


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
