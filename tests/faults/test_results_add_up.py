"""Results of several campaigns are added up; a problem in one is a problem of all."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.faults import results
from tests.faults.__main__ import main


def result(**figures: object) -> results.Result:
    return results.Result(**{"rounds": 2, "kills": Counter(worker=3, master=1), **figures})  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "faults.jsonl"


def test_counts_are_added_and_the_slowest_stays(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results.append(file, result(slowest_healing=7.5, acknowledged=Counter(propose=1000)))
    results.append(file, result(slowest_healing=3.5, kills=Counter(worker=5, logs=1)))

    code = main(["--sum", str(file)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert "| kills | 10 (worker 8, master 1, logs 1) |" in lines
    assert "| decisions acknowledged | 1,000 (propose 1,000) |" in lines
    assert "| slowest healing after a round | 7.5 s |" in lines
    assert "| lost or wrong | nothing |" in lines
    assert lines[-1] == "4 passed, 0 failed"


def test_a_loss_is_said_and_fails(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.append(file, result())
    results.append(file, result(failed=1, problems=["LOST one of what was acknowledged"]))

    code = main(["--sum", str(file)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert "LOST one of what was acknowledged" in lines
    assert lines[-1] == "3 passed, 1 failed"
    assert [json.loads(line)["rounds"] for line in file.read_text().splitlines()] == [2, 2]
