from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from webapp.operations.prepare import snapshot
from webapp.operations.snapshots import moment, offered, report, snapshots
from webapp.settings import Settings


@pytest.fixture
def folder(settings: Settings) -> Path:
    """A folder with one real snapshot."""
    snapshot(settings)
    return settings.backup_dir


def manifest(folder: Path) -> Path:
    [path] = folder.glob("ke_wp_mapping_*.json")
    return path


def change(path: Path, **given: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **given}))


def test_a_real_one_says_what_it_is(folder: Path) -> None:
    [one] = snapshots(folder)
    file = folder / one.file
    assert one.verified
    assert one.bytes == file.stat().st_size
    assert one.reason == "before a migration"
    assert offered(folder, one.file) == file
    assert offered(folder, manifest(folder).name) == manifest(folder)


@pytest.mark.parametrize(
    "given",
    [
        {"file": "../ke_wp_mapping.db"},
        {"file": "status.json"},
        {"taken_at": "yesterday"},
        {"taken_at": "2026-03-01T02:00:00"},
        {"number": None},
    ],
)
def test_one_that_does_not_speak_of_its_own_file_does_not_count(
    folder: Path, given: dict[str, Any]
) -> None:
    change(manifest(folder), **given)
    assert snapshots(folder) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', '{"file": 1}'])
def test_nor_does_anything_else_of_such_a_name(folder: Path, text: str) -> None:
    manifest(folder).write_text(text)
    assert snapshots(folder) == []


def test_a_link_to_a_file_elsewhere_is_no_snapshot(folder: Path, settings: Settings) -> None:
    file = manifest(folder).with_suffix(".db")
    file.unlink()
    file.symlink_to(settings.database_path)
    assert snapshots(folder) == []


def test_a_damaged_one_is_listed_and_not_offered(folder: Path) -> None:
    change(manifest(folder), verdict="damaged", problem="its bytes have changed")
    [one] = snapshots(folder)
    assert (one.verified, one.problem) == (False, "its bytes have changed")
    assert offered(folder, one.file) is None


@pytest.mark.parametrize(
    "name",
    [
        "status.json",
        ".scheduler.lock",
        "../ke_wp_mapping.db",
        "ke_wp_mapping_20200101_000000.db",
        "",
    ],
)
def test_no_other_name_is_offered(folder: Path, name: str) -> None:
    assert offered(folder, name) is None


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    assert snapshots(tmp_path / "none") == []
    assert report(tmp_path / "none") == {}
    (tmp_path / "status.json").write_text("[1]")
    assert report(tmp_path) == {}
    assert moment(None) is None
