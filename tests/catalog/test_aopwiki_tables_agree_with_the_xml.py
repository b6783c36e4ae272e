"""AOP-Wiki's three tables say the same as the XML of the same night, as far as they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.small_files import imported, rows
from webapp.catalog.sources import aopwiki, aopwiki_tables
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError
from webapp.database import Database


def test_roles_relationships_and_components_are_the_same(shared_data: Path) -> None:
    from_xml = list(aopwiki.read(shared_data / real.XML_2026))
    aops = {x.number: x for x in from_xml if isinstance(x, r.AopRecord)}
    events = {x.number: x for x in from_xml if isinstance(x, r.KeyEventRecord)}
    relationships = {x for x in from_xml if isinstance(x, r.RelationshipRecord)}

    for record in aopwiki_tables.read_events(shared_data / real.TABLE_EVENTS):
        if isinstance(record, r.AopRecord):
            assert set(record.events or ()) == set(aops[record.number].events or ())
        elif isinstance(record, r.KeyEventRecord):
            assert record.title == events[record.number].title
    found = set()
    for record in aopwiki_tables.read_relationships(shared_data / real.TABLE_RELATIONSHIPS):
        if isinstance(record, r.AopRecord):
            assert set(record.relationships or ()) == set(aops[record.number].relationships or ())
        elif isinstance(record, r.RelationshipRecord):
            found.add(record)
    assert found == relationships
    with_components = 0
    for record in aopwiki_tables.read_components(shared_data / real.TABLE_COMPONENTS):
        assert isinstance(record, r.KeyEventRecord)
        assert record.components == events[record.number].components
        with_components += 1
    assert with_components == 880


def test_the_tables_alone_make_a_catalog_without_texts(
    catalog: Database, shared_data: Path
) -> None:
    tables = (real.TABLE_EVENTS, real.TABLE_RELATIONSHIPS, real.TABLE_COMPONENTS)
    report = imported(catalog, *(("aopwiki", shared_data / name) for name in tables))
    assert report.kinds[r.KEY_EVENT].new == 1570
    assert report.kinds[r.AOP].new == 528
    assert report.kinds[r.RELATIONSHIP].new == 2291
    assert rows(catalog, "SELECT title FROM aop WHERE number = 38") == [("AOP 38",)]
    assert sum("has a title for AOP" in remark.text for _file, remark in report.remarks) == 528


def test_the_tables_do_not_wipe_what_the_xml_said(
    full_catalog: Database, shared_data: Path
) -> None:
    catalog = full_catalog
    before = rows(catalog, "SELECT number, title, level, description FROM key_event ORDER BY 1")
    tables = (real.TABLE_EVENTS, real.TABLE_RELATIONSHIPS, real.TABLE_COMPONENTS)
    report = imported(catalog, *(("aopwiki", shared_data / name) for name in tables))
    assert report.touched == set()
    after = rows(catalog, "SELECT number, title, level, description FROM key_event ORDER BY 1")
    assert after == before


def test_the_tables_prove_nothing_gone(
    catalog: Database, shared_data: Path, tmp_path: Path
) -> None:
    imported(catalog, ("aopwiki", shared_data / real.XML_SAMPLE))
    table = tmp_path / "events.tsv"
    table.write_text("Aop:18\tEvent:227\tMolecularInitiatingEvent\tActivation, PPARα\n")
    report = imported(catalog, ("aopwiki", table))
    assert report.kinds[r.KEY_EVENT].retired == 0
    assert report.kinds[r.AOP].retired == 0


@pytest.mark.parametrize(
    ("read", "line", "reason"),
    [
        (aopwiki_tables.read_events, "Aop:1\tEvent:2\tBystander\tX", "the role 'Bystander'"),
        (aopwiki_tables.read_events, "Aop:1\tEvent:x\tKeyEvent\tX", "'Event:x' stands where"),
        (
            aopwiki_tables.read_relationships,
            "Aop:1\tEvent:2\tEvent:3\tRelationship:4\tadjacent\t4\t",
            "the evidence code '4'",
        ),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, read: object, line: str, reason: str) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(line + "\n")
    assert callable(read)
    with pytest.raises(SourceError, match=f"table.tsv, line 1: {reason}"):
        list(read(path))
