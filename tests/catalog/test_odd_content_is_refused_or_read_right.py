"""Content that is well-formed and yet not what it should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.catalog.small_files import aopwiki_xml, everything, imported, rows, wikipathways_gmt
from webapp.catalog.lock import ImportRefused
from webapp.catalog.sources.files import SourceError
from webapp.database import Database


def checkout(folder: Path, **info: object) -> Path:
    """A wikipathways-database of one pathway."""
    pathway = folder / "pathways" / "WP254"
    pathway.mkdir(parents=True)
    full = {"wpid": "WP254", "organisms": ["Homo sapiens"], "title": "Apoptosis", **info}
    (pathway / "WP254-info.json").write_text(json.dumps(full))
    return folder


def test_a_null_is_nothing_and_no_word(catalog: Database, tmp_path: Path) -> None:
    nothing: dict[str, object] = {
        "description": None, "ontology-ids": None, "revision": None, "last-edited": None
    }  # fmt: skip
    imported(catalog, ("wikipathways", checkout(tmp_path / "wp", **nothing)))
    assert rows(catalog, "SELECT title, description, version FROM target") == [
        ("Apoptosis", "", "")
    ]


def test_without_an_organism_it_is_no_human_pathway(catalog: Database, tmp_path: Path) -> None:
    folder = checkout(tmp_path / "wp", organisms=None)
    with pytest.raises(SourceError, match="holds no pathway of Homo sapiens"):
        imported(catalog, ("wikipathways", folder))


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000])
def test_a_number_that_fits_nowhere_is_named_with_its_line(
    catalog: Database, tmp_path: Path, number: str
) -> None:
    path = tmp_path / "aop_ke_mie_ao.tsv"
    path.write_text(f"Aop:1\tEvent:55\tKeyEvent\tone\nAop:1\tEvent:{number}\tKeyEvent\tanother\n")
    with pytest.raises(SourceError, match=r"line 2: 'Event:9+' stands where Event:NUMBER belongs"):
        imported(catalog, ("aopwiki", path))


def test_two_releases_of_one_thing_are_not_mixed(catalog: Database, tmp_path: Path) -> None:
    one = wikipathways_gmt(tmp_path / "one.gmt", {"WP1": ("Old", [1])})
    two = wikipathways_gmt(tmp_path / "two.gmt", {"WP2": ("New", [2])})
    events = aopwiki_xml(tmp_path / "events.xml", {55: "Cell injury"})
    before = everything(catalog)
    with pytest.raises(ImportRefused, match=r"one\.gmt and two\.gmt are two releases"):
        imported(catalog, ("aopwiki", events), ("wikipathways", one), ("wikipathways", two))
    assert everything(catalog) == before
