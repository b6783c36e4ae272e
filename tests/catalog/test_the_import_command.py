"""`python -m webapp catalog import`: its table, its exit status, its report, what it calls."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tests.catalog.small_files import aopwiki_xml, everything, rows, wikipathways_gmt
from tests.conftest import settings_in
from webapp.catalog import cli, events
from webapp.database import Database
from webapp.settings import Settings


@pytest.fixture
def installation(catalog: Database, tmp_path: Path) -> Settings:
    """Settings of the empty installation that `catalog` is the database of."""
    return settings_in(tmp_path)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What was told that the catalog changed."""
    told: list[Settings] = []
    monkeypatch.setattr(events, "catalog_changed", [told.append])
    return told


def run(settings: Settings, *arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["catalog", *map(str, arguments)])
    return int(args.handler(args, settings))


def test_the_summary_says_what_happened(
    installation: Settings,
    announced: list[Settings],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = aopwiki_xml(tmp_path / "old.xml", {1: "A", 2: "B"})
    assert run(installation, "import", "--aopwiki", old) == 0
    new = aopwiki_xml(tmp_path / "new.xml", {1: "A changed", 3: "C"})
    capsys.readouterr()
    assert run(installation, "import", "--retire-many", "--aopwiki", new) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0].split() == [
        "Catalog", "import", "New", "Changed", "Returned", "Retired", "Unchanged", "Reported",
        "Live",
    ]  # fmt: skip
    assert lines[2].split() == ["Key", "Events", "1", "1", "0", "1", "0", "0", "2"]
    assert "aopwiki: new.xml, version 2026-03-05, 2 records (release 2)" in captured.out
    assert "Reading new.xml." in captured.err
    assert announced == [installation, installation]


def test_no_index_calls_nobody(
    installation: Settings, announced: list[Settings], tmp_path: Path
) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    assert run(installation, "import", "--aopwiki", file, "--no-index") == 0
    assert announced == []


def test_an_import_that_changes_nothing_still_announces(
    installation: Settings,
    announced: list[Settings],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    assert run(installation, "import", "--aopwiki", file) == 0
    assert run(installation, "import", "--aopwiki", file) == 0
    assert "Nothing changed in " in capsys.readouterr().out
    assert len(announced) == 2


def test_a_listener_that_fails_is_named_and_the_import_stands(
    installation: Settings,
    catalog: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def busy(settings: Settings) -> None:
        raise RuntimeError("the index is being built by another process.")

    monkeypatch.setattr(events, "catalog_changed", [busy])
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    assert run(installation, "import", "--aopwiki", file) == 1
    assert "The import is done, but what follows from it is not: the index is being built" in (
        capsys.readouterr().err
    )
    assert rows(catalog, "SELECT title FROM key_event") == [("A",)]


def test_a_wrong_file_ends_in_one_sentence_and_status_1(
    installation: Settings,
    announced: list[Settings],
    catalog: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = everything(catalog)
    file = tmp_path / "page.xml"
    file.write_text("<html></html>")
    assert run(installation, "import", "--aopwiki", file) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"{file}, line 1: is an HTML page")
    assert captured.out == ""
    assert everything(catalog) == before
    assert announced == []


def test_the_report_has_every_line(
    installation: Settings,
    announced: list[Settings],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    genes = range(100, 120)
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", list(genes))})
    report = tmp_path / "report.tsv"
    assert run(installation, "import", "--wikipathways", gmt, "--report", report) == 0
    lines = report.read_text().splitlines()
    assert lines[0] == "kind\tfile\tline\ttext"
    assert len(lines) == 1 + len(genes)
    assert "Reported: 16 more; `--report FILE` writes them all." in capsys.readouterr().out


def test_a_report_that_cannot_be_written_does_not_undo_the_import(
    installation: Settings,
    announced: list[Settings],
    catalog: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    wrong = tmp_path / "no" / "folder" / "report.tsv"
    assert run(installation, "import", "--aopwiki", file, "--report", wrong) == 1
    assert "its report could not be written" in capsys.readouterr().err
    assert rows(catalog, "SELECT count(*) FROM key_event") == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "name at least one file"),
        (["--starter", "--aopwiki", "x"], "--starter goes with neither"),
    ],
)
def test_a_wrong_call_is_explained(
    installation: Settings,
    arguments: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(installation, "import", *arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


def test_an_option_takes_several_files_and_may_be_repeated(
    installation: Settings,
    announced: list[Settings],
    catalog: Database,
    pathway_folder: Path,
    tmp_path: Path,
) -> None:
    gmt = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [836])})
    table = tmp_path / "table.tsv"
    table.write_text("entrez\tsymbol\n836\tCASP3\n")
    options = ("--wikipathways", gmt, "--genes", table, "--wikipathways", pathway_folder)
    assert run(installation, "import", *options) == 0
    assert rows(catalog, "SELECT count(*) FROM target") == [(2,)]
    assert run(installation, "import", "--wikipathways", gmt, pathway_folder) == 0
    assert rows(catalog, "SELECT count(*) FROM source_release") == [(3,)]


def test_the_starter_can_be_joined_with_terms(
    installation: Settings, announced: list[Settings], catalog: Database, tmp_path: Path
) -> None:
    reactome = tmp_path / "reactome.gmt"
    reactome.write_text("Apoptosis\tR-HSA-109581\tCASP3\n")
    assert run(installation, "import", "--starter", "--reactome", reactome) == 0
    sources = "SELECT source FROM source_release ORDER BY id"
    assert rows(catalog, sources) == [("starter",), ("reactome",)]
