"""`encoder compare` measures two encoders on the same texts and the same Key Events.

In this process, as importing torch twice more takes long; `benchmarks.encoder` has processes of
their own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.suggestions.small_models import WORDS, like_biobert, small_bert, with_steps
from webapp.__main__ import main
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions.encoder import BUNDLED, comparison, full_name, measuring
from webapp.suggestions.evaluation.gold import of_site
from webapp.suggestions.pairs import Pair


@pytest.fixture(autouse=True)
def here(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.__main__.load_settings", lambda: settings)
    monkeypatch.setattr(comparison, "measured", measuring.measured_here)


@pytest.fixture
def cased(tmp_path: Path) -> str:
    return str(like_biobert(tmp_path / "cased"))


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """What experts chose for two Key Events of the starter catalog, and a row of no use."""
    file = tmp_path / "pairs.tsv"
    file.write_text("ke_id\tobject_id\n1513\tWP254\n1945\tWP4923\n99999\tWP254\n")
    return file


def test_the_better_one_is_told_with_an_interval(
    cased: str, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["encoder", "compare", cased, BUNDLED, "--gold", str(gold), "--json"]
    assert main([*command, "--resource", "wikipathways"]) == 0
    printed = capsys.readouterr()
    assert "Not used: line 4: there is no Key Event 99999" in printed.err
    found = json.loads(printed.out)
    first, second = found["encoders"]
    assert [one["name"] for one in (first, second)] == [full_name(cased), full_name(BUNDLED)]
    assert [one["dimensions"] for one in (first, second)] == [16, 384]
    assert [one["description"]["casing"] for one in (first, second)] == ["cased", "uncased"]
    assert first["texts"] == second["texts"]
    for one in (first, second):
        assert one["texts_per_second"] > 0
        assert one["milliseconds_alone"] > 0
        assert 0 < one["memory"] <= one["peak"]
    ranked = found["ranked"][0]
    assert ranked["key_events"] == 2
    of_first, of_second = (one["means"]["mrr"] for one in ranked["figures"])
    assert of_second == 1, "the bundled one finds both, as the list of these Key Events shows"
    assert of_first < 1
    against = ranked["second_against_first"]
    assert against["differences"]["mrr"] == pytest.approx(of_second - of_first)
    low, high = against["intervals"]["mrr"]
    assert low <= of_second - of_first <= high


def test_tables_for_people(
    cased: str, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["encoder", "compare", cased, str(small_bert(tmp_path / "other"))]
    assert main([*command, "--gold", str(gold), "--resource", "wikipathways"]) == 0
    printed = capsys.readouterr().out
    assert "WikiPathways: 2 Key Events of pairs.tsv" in printed
    for told in ("uncased", "texts a second", "MB at the peak", "MRR", "Hits@10", "Recall@20"):
        assert told in printed, told


def test_without_pairs_speed_and_memory_alone(
    cased: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = str(with_steps(small_bert(tmp_path / "cls"), "Pooling", pooling_mode="cls"))
    assert main(["encoder", "compare", f"{cased}+int8", other]) == 0
    printed = capsys.readouterr()
    assert "no mapping is approved yet" in printed.err
    assert "+int8" in printed.out
    assert "cls" in printed.out
    assert "MRR" not in printed.out


def test_approved_mappings_are_ranked(
    cased: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    with database.read() as session:
        to_rank = comparison.tasks(
            session,
            ["wikipathways", "go_bp"],
            lambda contest: (
                of_site([Pair(1513, "wikipathways:WP254")], contest)
                if contest.resource == "wikipathways"
                else None
            ),
        )
    other = str(like_biobert(tmp_path / "other", WORDS))
    found = comparison.compare((cased, other), ("", ""), to_rank, [], 0, lambda *_: None)
    assert [one.resource for one in found.ranked] == ["WikiPathways"]
    assert found.ranked[0].key_events == 1


@pytest.mark.parametrize("place", [0, 1])
def test_one_that_is_not_here_is_told_before_the_other_is_measured(
    cased: str, place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [cased, cased]
    names[place] = "nobody/nothing"
    assert main(["encoder", "compare", *names]) == 1
    error = capsys.readouterr().err
    assert "The encoder nobody/nothing is not on this machine" in error
    assert "Encoding" not in error


def test_a_file_of_pairs_needs_a_resource(
    cased: str, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encoder", "compare", cased, cased, "--gold", str(gold)]) == 2
    assert "--resource" in capsys.readouterr().err
    gold.write_text("a\tb\n")
    command = ["encoder", "compare", cased, cased, "--gold", str(gold), "--resource", "go_bp"]
    assert main(command) == 1
    assert "ke_id" in capsys.readouterr().err
