"""The same files once more: every row unchanged, no new release, the same catalog to the byte."""

from __future__ import annotations

from pathlib import Path

from tests.catalog import real_files as real
from tests.catalog.small_files import everything, imported, rows, wikipathways_gmt
from webapp.database import Database


def test_a_second_full_import_leaves_no_trace(full_catalog: Database, shared_data: Path) -> None:
    before = everything(full_catalog)
    report = imported(
        full_catalog,
        *((option, shared_data / name) for option, names in real.FULL.items() for name in names),
    )
    assert report.touched == set()
    assert {kind: counts.unchanged for kind, counts in report.kinds.items()} == {
        "key_event": 1570,
        "aop": 528,
        "relationship": 2291,
        "wikipathways": 1020,
        "go_bp": 27186,
        "reactome": 2546,
        "gene": 18992,
    }
    assert [release.added for release in report.releases] == [False] * 7
    assert everything(full_catalog) == before


def test_the_order_of_the_files_does_not_matter(
    catalog: Database, pathway_folder: Path, tmp_path: Path
) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP90001": ("Title of the GMT", [836])})
    imported(catalog, ("wikipathways", pathway_folder), ("wikipathways", gmt))
    assert rows(catalog, "SELECT title, version FROM target") == [("Title of the GMT", "r7")]
    before = everything(catalog)
    report = imported(catalog, ("wikipathways", gmt), ("wikipathways", pathway_folder))
    assert report.touched == set()
    assert everything(catalog) == before


def test_an_old_file_again_after_a_newer_one_is_a_new_release(
    catalog: Database, shared_data: Path
) -> None:
    old, new = shared_data / real.XML_2019, shared_data / real.XML_SAMPLE
    for path in (old, new, old):
        report = imported(catalog, ("aopwiki", path))
    versions = rows(catalog, "SELECT version FROM source_release ORDER BY id")
    assert versions == [("2019-01-01",), ("2026-03-05",), ("2019-01-01",)]
    assert any("of 2019-01-01, older than the 2026-03-05" in note for note in report.notes)
    current = "SELECT DISTINCT release_id FROM key_event WHERE retired_at IS NULL"
    assert rows(catalog, current) == [(3,)]
