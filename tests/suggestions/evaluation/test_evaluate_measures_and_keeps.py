from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import select

from tests.conftest import Member, propose
from tests.suggestions.evaluation.conftest import Evaluate
from webapp.catalog.models import KeyEvent
from webapp.curation.decided import approved_pairs
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.kept import history
from webapp.suggestions.evaluation.metrics import MEASURES
from webapp.suggestions.pairs import Pair
from webapp.suggestions.service import Suggester


def test_the_report_has_the_promised_shape_and_is_kept(
    evaluate: Evaluate, gold_file: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate("--gold", str(gold_file), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["resource"], report["n"]) == ("wikipathways", 5)
    assert report["gold"]["name"] == "gold.tsv"
    assert list(report["baselines"]) == ["random", "name_match", "bm25"]
    for figures in (report["fused"], *report["baselines"].values()):
        for measure in MEASURES:
            low, high = figures["intervals"][measure]
            assert 0 <= low <= figures[measure] <= high <= 1
    assert report["notes"] == ["The index has no vectors: nothing was ranked by meaning."]
    assert set(report["subsets"]) == {"no_shared_stem", "unseen_concepts"}

    with database.read() as session:
        [row] = history(session, "wikipathways")
    assert row.report == report
    assert (row.made_at, row.ranker) == (report["made_at"], report["ranker"])
    assert row.ranker == "fixed-2/lexical"
    assert not row.cross_validated


@pytest.mark.parametrize("mode", [[], ["--cross-validate", "--folds", "3"]])
def test_the_same_seed_gives_the_same_figures(
    evaluate: Evaluate, gold_file: Path, mode: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    def figures(seed: str) -> dict[str, Any]:
        assert evaluate("--gold", str(gold_file), "--json", "--no-keep", "--seed", seed, *mode) == 0
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {key: report[key] for key in ("fused", "baselines", "subsets", "folds")}

    assert figures("1") == figures("1")
    assert figures("1")["baselines"]["random"] != figures("2")["baselines"]["random"]


def test_places_are_those_of_the_list_that_curators_see(
    evaluate: Evaluate,
    gold_file: Path,
    tmp_path: Path,
    settings: Settings,
    database: Database,
    contest: Contest,
) -> None:
    places = tmp_path / "places.tsv"
    assert evaluate("--gold", str(gold_file), "--no-keep", "--places", str(places)) == 0
    header, *rows = (line.split("\t") for line in places.read_text().splitlines())
    assert header == ["ke_id", "title", "object_ids", "fused", "random", "name_match", "bm25"]
    found = {int(row[0]): float(row[3]) for row in rows}
    assert len(found) == 5
    suggester = Suggester(database, settings.index_dir, "none", "")
    suggester.load_index()
    with database.read() as session:
        for number, wanted in ((1513, "WP254"), (1945, "WP4923"), (188, "WP4919")):
            key_event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
            listed = suggester.for_key_event(session, key_event, "wikipathways", 62).items
            [mine] = [item for item in listed if item.identifier == f"wikipathways:{wanted}"]
            tied = [item for item in listed if item.score >= mine.score]
            assert found[number] == len(tied)


def test_without_a_file_it_uses_what_the_site_approved(
    evaluate: Evaluate,
    database: Database,
    curator: Member,
    reviewer: Member,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert evaluate("--json") == 1
    assert "in the approved mappings." in capsys.readouterr().err

    uuid = propose(curator)
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    propose(curator, 188, "WP4919")  # waits for review: nobody stands for it yet
    with database.read() as session:
        assert approved_pairs(session) == [Pair(1513, "wikipathways:WP254")]

    assert evaluate("--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["n"], report["gold"]["pairs"]) == (1, 1)
    assert report["gold"]["name"] == "the approved mappings"


def test_tables_for_people(
    evaluate: Evaluate, gold_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate("--gold", str(gold_file), "--cross-validate") == 0
    told = capsys.readouterr().out
    assert "WikiPathways: 5 Key Events, 62 candidates, fixed-2/lexical cross-validated in " in told
    for word in ("fused", "random", "name_match", "bm25", "recall@20", "share no word stem"):
        assert word in told


def test_a_result_that_cannot_be_kept_is_printed_all_the_same(
    evaluate: Evaluate,
    gold_file: Path,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    connection = dbapi2.connect(str(database.path))
    connection.execute("DROP TABLE evaluation")
    connection.close()
    assert evaluate("--gold", str(gold_file), "--json") == 3
    told = capsys.readouterr()
    assert json.loads(told.out)["n"] == 5
    assert "The result was not kept. " in told.err
    assert "run python -m webapp prepare" in told.err


def without_index(settings: Settings) -> None:
    shutil.rmtree(settings.index_dir)


def with_a_damaged_index(settings: Settings) -> None:
    [file] = settings.index_dir.glob("2*/wikipathways/identifiers.json")
    file.write_text("[]")


@pytest.mark.parametrize("harm", [without_index, with_a_damaged_index])
def test_without_a_sound_index_nothing_is_measured(
    evaluate: Evaluate,
    gold_file: Path,
    settings: Settings,
    harm: Callable[[Settings], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm(settings)
    assert evaluate("--gold", str(gold_file)) == 1
    told = capsys.readouterr().err
    assert told.startswith("Nothing was measured: ")
    assert told.endswith("Run: python -m webapp index build\n")
