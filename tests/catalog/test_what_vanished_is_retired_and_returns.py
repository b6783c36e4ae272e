"""What a complete list no longer has is retired, keeps its id, and comes back as it was."""

from __future__ import annotations

from pathlib import Path

from tests.catalog import real_files as real
from tests.catalog.small_files import aopwiki_xml, imported, rows, wikipathways_gmt
from webapp.catalog.sources import records as r
from webapp.database import Database


def live(database: Database, table: str) -> object:
    return rows(database, f"SELECT count(*) FROM {table} WHERE retired_at IS NULL")[0][0]


def test_2019_over_today_and_back(full_catalog: Database, shared_data: Path) -> None:
    catalog = full_catalog
    ids = rows(catalog, "SELECT number, id FROM key_event ORDER BY number")
    report = imported(catalog, ("aopwiki", shared_data / real.XML_2019))
    assert [live(catalog, t) for t in ("key_event", "aop", "key_event_relationship")] == [
        961,
        236,
        1115,
    ]
    counts = report.kinds[r.KEY_EVENT]
    assert (counts.new, counts.retired, counts.live) == (70, 679, 961)
    report = imported(catalog, ("aopwiki", shared_data / real.XML_2026))
    assert [live(catalog, t) for t in ("key_event", "aop", "key_event_relationship")] == [
        1570,
        528,
        2291,
    ]
    assert report.kinds[r.KEY_EVENT].returned == 679
    assert report.kinds[r.KEY_EVENT].retired == 70
    assert set(ids) <= set(rows(catalog, "SELECT number, id FROM key_event"))


def test_a_retired_event_leaves_its_live_aop(catalog: Database, tmp_path: Path) -> None:
    roles = [(1, "MIE"), (2, "KE"), (3, "AO")]
    events = {1: "A", 2: "B", 3: "C"}
    ends = {5: (1, 2), 6: (2, 3)}
    full = aopwiki_xml(tmp_path / "1.xml", events, aops={9: roles}, relationships=ends)
    imported(catalog, ("aopwiki", full))
    less = aopwiki_xml(tmp_path / "2.xml", {1: "A", 3: "C"}, aops={9: [(1, "MIE"), (3, "AO")]})
    report = imported(catalog, ("aopwiki", less))
    assert report.kinds[r.KEY_EVENT].retired == 1
    assert report.kinds[r.RELATIONSHIP].retired == 2
    assert report.kinds[r.AOP].changed == 1
    links = """SELECT k.number, l.role FROM aop_key_event l
        JOIN key_event k ON k.id = l.key_event_id ORDER BY 1"""
    assert rows(catalog, links) == [(1, "MIE"), (3, "AO")]
    title = "SELECT title, retired_at IS NOT NULL FROM key_event WHERE number = 2"
    assert rows(catalog, title) == [("B", 1)]
    when = str(rows(catalog, "SELECT retired_at FROM key_event WHERE number = 2")[0][0])
    assert when.endswith("Z")


def test_a_gmt_says_nothing_of_pathways_without_genes(
    full_catalog: Database, shared_data: Path, tmp_path: Path
) -> None:
    lines = (shared_data / real.GMT_2026).read_text().splitlines(keepends=True)
    (tmp_path / "wp.gmt").write_text("".join(lines[1:]))
    report = imported(full_catalog, ("wikipathways", tmp_path / "wp.gmt"))
    # The 28 pathways without an Entrez gene stay, though no GMT can list them.
    assert report.kinds[r.WIKIPATHWAYS].retired == 1
    assert report.kinds[r.WIKIPATHWAYS].live == 1019
    described = "SELECT count(*) FROM target WHERE retired_at IS NULL AND description <> ''"
    assert int(str(rows(full_catalog, described)[0][0])) >= 1017


def test_other_resources_are_left_alone(catalog: Database, tmp_path: Path) -> None:
    reactome = tmp_path / "reactome.gmt"
    reactome.write_text("Apoptosis\tR-HSA-109581\tCASP3\n")
    imported(catalog, ("reactome", reactome))
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [836])})
    report = imported(catalog, ("wikipathways", gmt))
    assert r.REACTOME not in report.kinds
    assert live(catalog, "target") == 2


OBO = """format-version: 1.2
data-version: releases/2026-01-01

[Term]
id: GO:0000001
name: first
namespace: biological_process

[Term]
id: GO:0000002
name: second
namespace: biological_process
is_a: GO:0000001 ! first
"""


def test_an_obsolete_term_names_its_heir(catalog: Database, tmp_path: Path) -> None:
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    imported(catalog, ("go", path))
    gone = OBO.replace(
        "name: second\nnamespace: biological_process\nis_a: GO:0000001 ! first",
        "name: obsolete second\nis_obsolete: true\nreplaced_by: GO:0000001",
    )
    path.write_text(gone)
    report = imported(catalog, ("go", path))
    assert report.kinds[r.GO_BP].retired == 1
    assert report.kinds[r.GO_BP].live == 1
    query = """SELECT title, replaced_by, retired_at IS NOT NULL FROM target
        WHERE identifier = 'GO:0000002'"""
    assert rows(catalog, query) == [("second", "GO:0000001", 1)]
    assert imported(catalog, ("go", path)).touched == set()
    path.write_text(OBO)
    assert imported(catalog, ("go", path)).kinds[r.GO_BP].returned == 1
    assert rows(catalog, query) == [("second", None, 0)]


def test_a_merged_term_names_the_term_it_is_part_of_now(catalog: Database, tmp_path: Path) -> None:
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    imported(catalog, ("go", path))
    first, second = OBO.split("\n[Term]\nid: GO:0000002")
    path.write_text(first.replace("name: first", "name: first\nalt_id: GO:0000002"))
    assert second
    assert imported(catalog, ("go", path)).kinds[r.GO_BP].retired == 1
    query = "SELECT replaced_by FROM target WHERE identifier = 'GO:0000002'"
    assert rows(catalog, query) == [("GO:0000001",)]
