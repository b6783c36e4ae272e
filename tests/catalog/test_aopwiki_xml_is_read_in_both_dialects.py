"""The genuine export of 2019 and today's dialect give the same kind of records, by number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.small_files import aopwiki_xml
from webapp.catalog.sources import aopwiki
from webapp.catalog.sources import records as r


def by_type(path: Path) -> Counter[str]:
    return Counter(type(record).__name__ for record in aopwiki.read(path))


@pytest.mark.parametrize(
    ("name", "events", "aops", "relationships", "version"),
    [
        (real.XML_2019, 961, 236, 1115, "2019-01-01"),
        (real.XML_2026, 1570, 528, 2291, "2026-03-05"),
        (real.XML_SAMPLE, 12, 2, 14, "2026-03-05"),
    ],
)
def test_every_record_is_read(
    shared_data: Path, name: str, events: int, aops: int, relationships: int, version: str
) -> None:
    records = list(aopwiki.read(shared_data / name))
    counts = Counter(type(record) for record in records)
    assert counts[r.KeyEventRecord] == events
    assert counts[r.AopRecord] == aops
    assert counts[r.RelationshipRecord] == relationships
    assert counts[r.Remark] == 0
    assert records[0] == r.Version(version)


def test_2019_links_events_by_another_attribute(shared_data: Path) -> None:
    aops = {
        record.number: record
        for record in aopwiki.read(shared_data / real.XML_2019)
        if isinstance(record, r.AopRecord)
    }
    assert sum(len(aop.events or ()) for aop in aops.values()) == 218 + 260 + 1095
    first = Counter(event.role for event in aops[1].events or ())
    assert first == {"MIE": 1, "KE": 2, "AO": 1}
    assert "Archived" in {aop.status for aop in aops.values()}


def test_2019_has_organ_and_cell_terms(shared_data: Path) -> None:
    events = [
        record
        for record in aopwiki.read(shared_data / real.XML_2019)
        if isinstance(record, r.KeyEventRecord)
    ]
    assert sum(bool(event.organ_term) for event in events) == 188
    assert sum(bool(event.cell_term) for event in events) == 335
    assert "liver (UBERON:0002107)" in {event.organ_term for event in events}
    assert sum(bool(event.description) for event in events) == 282


def test_texts_arrive_without_markup(shared_data: Path) -> None:
    for name in (real.XML_2019, real.XML_2026):
        for record in aopwiki.read(shared_data / name):
            if not isinstance(record, r.KeyEventRecord):
                continue
            for text in (record.title or "", record.description or ""):
                assert "\u200b" not in text
                assert "\xa0" not in text
                assert "&nbsp;" not in text
                assert "<p>" not in text
                assert "ADDIN" not in text
                assert "<EndNote>" not in text
                assert text == text.strip()


def test_an_aop_says_its_own_of_a_relationship(shared_data: Path) -> None:
    records = list(aopwiki.read(shared_data / real.XML_2026))
    said: dict[int, set[tuple[str, str]]] = {}
    for record in records:
        if isinstance(record, r.AopRecord):
            for link in record.relationships or ():
                said.setdefault(link.relationship, set()).add((link.adjacency, link.evidence))
    differing = sum(len(views) > 1 for views in said.values())
    assert 150 <= differing <= 190


def test_numbers_come_from_the_end_of_the_file(tmp_path: Path) -> None:
    path = aopwiki_xml(
        tmp_path / "a.xml",
        {55: "Increase, Cell injury/death", 7: "Second"},
        aops={38: [(55, "MIE"), (7, "AO")]},
        relationships={3: (55, 7)},
    )
    records = list(aopwiki.read(path))
    assert [record.number for record in records if isinstance(record, r.KeyEventRecord)] == [55, 7]
    assert r.RelationshipRecord(3, 55, 7) in records
    aop = next(record for record in records if isinstance(record, r.AopRecord))
    assert aop.events == (r.AopEvent(55, "MIE"), r.AopEvent(7, "AO"))


def test_an_event_listed_twice_has_its_more_specific_role(tmp_path: Path) -> None:
    path = aopwiki_xml(
        tmp_path / "a.xml", {1: "A", 2: "B"}, aops={9: [(1, "KE"), (1, "MIE"), (2, "KE")]}
    )
    aop = next(record for record in aopwiki.read(path) if isinstance(record, r.AopRecord))
    assert sorted((event.key_event, event.role) for event in aop.events or ()) == [
        (1, "MIE"),
        (2, "KE"),
    ]


def test_what_leads_nowhere_is_reported_with_its_line(tmp_path: Path) -> None:
    path = aopwiki_xml(
        tmp_path / "a.xml",
        {1: "A"},
        extra='\n<key-event id="nobody"><title>No number</title></key-event>',
    )
    remarks = [record for record in aopwiki.read(path) if isinstance(record, r.Remark)]
    assert [remark.text for remark in remarks] == ["<key-event> has no AOP-Wiki number; left out."]
    line = remarks[0].line
    assert line is not None
    assert 'id="nobody"' in path.read_text().splitlines()[line - 1]


def test_a_level_that_the_catalog_does_not_know_is_reported(tmp_path: Path) -> None:
    path = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    path.write_text(path.read_text().replace(">Cellular<", ">Organelle<"))
    records = list(aopwiki.read(path))
    event = next(record for record in records if isinstance(record, r.KeyEventRecord))
    assert event.level == ""
    assert any("has the level 'Organelle'" in x.text for x in records if isinstance(x, r.Remark))
