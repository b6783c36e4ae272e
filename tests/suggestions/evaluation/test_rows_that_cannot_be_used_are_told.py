from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests.suggestions.evaluation.conftest import Evaluate
from webapp.catalog.models import KeyEvent, Target, TargetGene
from webapp.database import Database

ROWS = {
    2: ("1513", "WP254", ""),
    3: ("", "WP254", "ke_id is empty"),
    4: ("n/a", "WP254", "'n/a' is no number of a Key Event"),
    5: ("99999", "WP254", "there is no Key Event 99999 in the catalog"),
    6: ("642", "WP254", "Key Event 642 is retired"),
    7: ("1513", "", "object_id is empty"),
    8: ("1513", "apoptosis", "'apoptosis' is no identifier of a target"),
    9: ("1513", "WP99999", "there is no WP99999 in the catalog"),
    10: ("1513", "GO:0006915", "GO:0006915 is not of WikiPathways"),
    11: ("1945", "WP197", "WP197 is retired, replaced by wikipathways:WP254"),
    12: ("KE 188", "wikipathways:WP4919", ""),
}


def test_each_with_its_line_and_reason(
    evaluate: Evaluate, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    retired = "2026-01-01T00:00:00.000Z"
    with database.write() as session:
        session.execute(update(KeyEvent).where(KeyEvent.number == 642).values(retired_at=retired))
        session.execute(
            update(Target)
            .where(Target.identifier == "wikipathways:WP197")
            .values(retired_at=retired, replaced_by="wikipathways:WP254")
        )
    path = tmp_path / "mixed.tsv"
    lines = ["object_id\tnote\tke_id", *(f"{one}\tx\t{ke}" for ke, one, _ in ROWS.values())]
    path.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")

    assert evaluate("--gold", str(path), "--json") == 0
    told = capsys.readouterr()
    expected = [{"line": line, "reason": row[2]} for line, row in ROWS.items() if row[2]]
    report = json.loads(told.out)
    assert report["unusable"] == expected
    for one in expected:
        assert f"Not used: line {one['line']}: {one['reason']}.\n" in told.err
    # 1945 has no other target: it is not measured, and no miss.
    assert report["n"] == 2
    assert report["gold"]["pairs"] == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "bad.tsv is empty"),
        (b"ke\tobject_id\n1\tWP1\n", "bad.tsv has no column ke_id:"),
        (b"ke_id,object_id\n1,WP1\n", "bad.tsv has no column ke_id and no column object_id:"),
        (b"ke_id\tobject_id\n", "there is no pair of a live Key Event and a live target"),
        (b"ke_id\tobject_id\n1513\n", "line 2: object_id is empty"),
        (b"\xff\xfe\x00", "bad.tsv is no table in UTF-8"),
    ],
)
def test_a_file_without_a_usable_row_is_refused(
    evaluate: Evaluate,
    tmp_path: Path,
    content: bytes,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "bad.tsv"
    path.write_bytes(content)
    assert evaluate("--gold", str(path)) == 1
    output = capsys.readouterr()
    assert output.err.startswith("Nothing was measured: ")
    assert told in output.err
    assert output.out == ""


def test_a_live_target_that_does_not_compete_is_a_miss(
    evaluate: Evaluate, database: Database, gold_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.write() as session:
        one = session.scalar(select(Target.id).where(Target.identifier == "wikipathways:WP4919"))
        session.execute(delete(TargetGene).where(TargetGene.target_id == one))
    assert evaluate("--gold", str(gold_file), "--json") == 0
    told = capsys.readouterr()
    without = json.loads(told.out)
    assert "Counted as missed: WP4919 of Key Event 188" in told.err
    assert without["not_ranked"] == [{"key_event": 188, "object_id": "WP4919"}]
    assert without["n"] == 5

    assert evaluate("--gold", str(gold_file), "--json", "--all-targets") == 0
    everything = json.loads(capsys.readouterr().out)
    assert everything["not_ranked"] == []
    assert everything["candidates"] == without["candidates"] + 1
    assert everything["baselines"]["bm25"]["recall@20"] == pytest.approx(
        without["baselines"]["bm25"]["recall@20"] + 1 / 5
    )
