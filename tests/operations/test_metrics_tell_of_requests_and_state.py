from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import Member, propose
from webapp.settings import ROOT, Settings


def samples(member: Member) -> dict[tuple[str, ...], float]:
    """Value by name and labels (`label=value`, sorted), read by Prometheus' own parser."""
    answer = member.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sorted(f"{name}={value}" for name, value in sample.labels.items())): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def requests(member: Member, route: str, status: int) -> float:
    labels = ("method=GET", f"route={route}", f"status={status}")
    return samples(member).get(("kewp_http_requests_total", *labels), 0)


def test_requests_by_route_and_status(anonymous: Member) -> None:
    for number in (1513, 1945, 642):
        assert anonymous.get(f"/key-events/{number}").status_code == 200
    assert anonymous.get("/key-events/99999").status_code == 404
    assert anonymous.get("/nowhere").status_code == 404

    assert requests(anonymous, "/key-events/<int:number>", 200) == 3
    assert requests(anonymous, "/key-events/<int:number>", 404) == 1
    assert requests(anonymous, "none", 404) == 1
    found = samples(anonymous)
    labels = ("method=GET", "route=/key-events/<int:number>")
    assert found["kewp_http_request_seconds_count", *labels] == 4
    assert 0 < found["kewp_http_request_seconds_sum", *labels] < 60


def test_no_address_and_no_person_is_in_it(curator: Member) -> None:
    curator.get("/key-events/1513?q=my+secret+question")
    uuid = propose(curator)
    curator.get(f"/mappings/{uuid}")
    text = curator.get("/metrics").text
    for private in ("secret", uuid, curator.person_id, "Ada", "1513"):
        assert private not in text


def test_lists_of_suggestions_by_resource_and_mode(anonymous: Member) -> None:
    anonymous.get("/key-events/1513")
    # The tests' site has no vectors.
    labels = ("mode=lexical", "resource=wikipathways")
    assert samples(anonymous)["kewp_suggestion_seconds_count", *labels] == 1


def test_mappings_and_catalog(curator: Member, reviewer: Member) -> None:
    propose(curator)
    reviewer.post(f"/mappings/{propose(curator, 1945, 'WP4923')}/approve", version="1")
    found = samples(curator)
    assert found["kewp_mappings", "state=proposed"] == 1
    assert found["kewp_mappings", "state=approved"] == 1
    assert found["kewp_mappings", "state=retired"] == 0
    assert found[("kewp_key_events",)] == 68
    assert found["kewp_targets", "resource=wikipathways"] == 62
    [age] = [value for key, value in found.items() if key[0] == "kewp_catalog_release_age_seconds"]
    assert 0 < age < 3600
    assert found["kewp_component_status", "component=database", "status=ok"] == 1
    assert found["kewp_component_status", "component=database", "status=failing"] == 0
    assert found["kewp_disk_free_bytes", "folder=data"] > 0


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_the_backups(anonymous: Member, settings: Settings) -> None:
    now = datetime.now(UTC)
    status = {
        "state": "late",
        "written_at": iso(now),
        "snapshots": 9,
        "snapshots_bytes": 9000,
        "damaged": ["ke_wp_mapping_20260101_020000.db"],
        "last_verified": {
            "taken_at": iso(now - timedelta(hours=1)),
            "finished_at": iso(now - timedelta(hours=1) + timedelta(seconds=2)),
            "bytes": 1000,
        },
    }
    settings.backup_dir.mkdir()
    (settings.backup_dir / "status.json").write_text(json.dumps(status))
    found = samples(anonymous)
    assert found["kewp_backup_state", "state=late"] == 1
    assert found["kewp_backup_state", "state=ok"] == 0
    assert found[("kewp_backup_age_seconds",)] == pytest.approx(3600, abs=60)
    assert found[("kewp_backup_duration_seconds",)] == pytest.approx(2)
    assert found[("kewp_backup_bytes",)] == 1000
    assert found[("kewp_backup_snapshots",)] == 9
    assert found[("kewp_backup_damaged",)] == 1


@pytest.mark.parametrize("text", [None, "{", "[]", '{"state": "ok"}'])
def test_without_word_of_the_backups_the_rest_is_told(
    anonymous: Member, settings: Settings, text: str | None
) -> None:
    settings.backup_dir.mkdir()
    if text is not None:
        (settings.backup_dir / "status.json").write_text(text)
    found = samples(anonymous)
    assert [key for key in found if key[0].startswith("kewp_backup")] == []
    assert found["kewp_component_status", "component=backup", "status=degraded"] == 1


def test_a_broken_database_is_told_of(anonymous: Member, settings: Settings) -> None:
    anonymous.get("/")
    for suffix in ("-wal", "-shm"):
        settings.database_path.with_name(settings.database_path.name + suffix).unlink(
            missing_ok=True
        )
    settings.database_path.write_bytes(b"not a database" * 1000)
    found = samples(anonymous)
    assert found["kewp_component_status", "component=database", "status=failing"] == 1
    assert ("kewp_key_events",) not in found


def test_every_metric_is_documented(anonymous: Member, settings: Settings) -> None:
    test_the_backups(anonymous, settings)
    anonymous.get("/key-events/1513")
    text = anonymous.get("/metrics").text
    told = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    section = (ROOT / "docs" / "reference.md").read_text().split("## Metrics\n", 1)[1]
    documented = set(re.findall(r"^\| `(\w+)", section.split("\n## ", 1)[0], re.MULTILINE))
    sometimes = {"kewp_backup_drill_age_seconds", "kewp_backup_drill_passed"}
    assert told == documented - sometimes
