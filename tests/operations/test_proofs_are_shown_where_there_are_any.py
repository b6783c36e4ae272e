from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Member
from tests.operations.test_the_operators_page import words
from webapp.operations.proofs import proofs
from webapp.settings import Settings

AT = "2026-03-01T03:00:00.000Z"


def test_what_is_not_in_use_is_left_out() -> None:
    assert proofs({}) == []
    assert proofs({"drill": None, "copy": None, "ping": None, "snapshots": 3}) == []


def test_each_says_what_came_of_it() -> None:
    drill, copy, ping = proofs(
        {
            "ping": {"at": AT, "event": "fail", "verdict": "sent", "error": None},
            "copy": {"to": "/mnt", "at": None, "verdict": "pending", "error": None},
            "drill": {"at": AT, "verdict": "failed", "error": "rows of mapping differ"},
        }
    )
    assert (drill.name, drill.failed, drill.good) == ("Restore drill", True, False)
    assert drill.at == datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert drill.error == "rows of mapping differ"
    assert (copy.name, copy.failed, copy.good, copy.at) == ("Copy elsewhere", False, False, None)
    assert (ping.name, ping.good) == ("Word to the monitor", True)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"at": AT, "verdict": "passed", "error": None}, "Restore drill passed "),
        ({"at": AT, "verdict": "failed", "error": "no room"}, " d ago: no room"),
    ],
)
def test_the_page_shows_them(
    admin: Member, settings: Settings, entry: dict[str, Any], sentence: str
) -> None:
    settings.backup_dir.mkdir()
    (settings.backup_dir / "status.json").write_text(json.dumps({"drill": entry}))
    assert sentence in words(admin.get("/operator").text)
