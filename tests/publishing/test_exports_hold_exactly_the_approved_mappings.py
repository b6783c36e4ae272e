from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Member, propose
from webapp.publishing import formats


@pytest.fixture
def approved(curator: Member, reviewer: Member) -> str:
    """One approved mapping, one rejected, one still waiting; the uuid of the approved one."""
    uuid = propose(
        curator, references="PMID:12345678", note='a "quoted" note\twith\ttabs\nand lines'
    )
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    rejected = propose(curator, 1513, "WP1772")
    assert reviewer.post(f"/mappings/{rejected}/reject", reason="no").status_code == 303
    propose(curator, 1945, "WP4923")
    return uuid


def rows(text: str, delimiter: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter=delimiter))


def test_sssom(anonymous: Member, approved: str) -> None:
    answer = anonymous.get("/exports/mappings.sssom.tsv")
    assert answer.content_type.startswith("text/tab-separated-values")
    assert "creativecommons.org/licenses/by/4.0" in answer.headers["Link"]
    header = [line for line in answer.text.splitlines() if line.startswith("# ")]
    assert "# license: https://creativecommons.org/licenses/by/4.0/" in header
    assert any("Starter catalog, version 2" in line for line in header)
    [row] = rows(answer.text, "\t")
    assert row["record_id"] == f"kewp:{approved}"
    assert row["subject_id"] == "aop.events:1513"
    assert row["object_id"] == "wikipathways:WP254"
    assert row["predicate_id"] == "skos:closeMatch"
    assert row["mapping_justification"] == "semapv:ManualMappingCuration"
    assert (row["author_label"], row["reviewer_label"]) == ("Ada Curator", "Cleo Reviewer")
    assert float(row["confidence"]) == 1.0
    assert row["see_also"] == "https://pubmed.ncbi.nlm.nih.gov/12345678/"
    assert 'a "quoted" note with tabs and lines' in row["comment"]


def test_the_reference_validator_accepts_it(
    anonymous: Member, approved: str, tmp_path: Path
) -> None:
    file = tmp_path / "mappings.sssom.tsv"
    file.write_text(anonymous.get("/exports/mappings.sssom.tsv").text)
    accepted = validate(file)
    assert accepted.returncode == 0, accepted.stderr
    assert "not well-formed" not in accepted.stdout + accepted.stderr
    file.write_text(file.read_text().replace("semapv:ManualMappingCuration", "nonsense:X"))
    assert validate(file).returncode != 0, "the validator accepts anything"


def test_nothing_approved_is_a_valid_empty_set(anonymous: Member, tmp_path: Path) -> None:
    text = anonymous.get("/exports/mappings.sssom.tsv").text
    assert rows(text, "\t") == []
    assert text.splitlines()[-1].split("\t") == list(formats.COLUMNS)
    file = tmp_path / "mappings.sssom.tsv"
    file.write_text(text)
    assert validate(file).returncode == 0


def test_a_bar_in_a_name_does_not_make_two_people_of_one(
    anonymous: Member, reviewer: Member, sign_in: Callable[[str, str], Member]
) -> None:
    uuid = propose(sign_in("Ada | Lab", "curator"))
    reviewer.post(f"/mappings/{uuid}/approve", version="1")
    [row] = rows(anonymous.get("/exports/mappings.sssom.tsv").text, "\t")
    assert row["author_label"] == r"Ada \| Lab"


def test_csv(anonymous: Member, approved: str) -> None:
    answer = anonymous.get("/exports/mappings.csv")
    assert answer.text.startswith("# AOP-Wiki Key Events")
    assert "# licence: https://creativecommons.org/licenses/by/4.0/" in answer.text
    [row] = rows(answer.text, ",")
    assert (row["confidence_level"], row["relationship"]) == ("high", "causative")
    assert row["url"].endswith(f"/mappings/{approved}")


def test_gmt(anonymous: Member, approved: str) -> None:
    [line] = anonymous.get("/exports/mappings.gmt").text.splitlines()
    name, description, *genes = line.split("\t")
    assert name == "aop.events:1513|wikipathways:WP254"
    assert "creativecommons.org" in description
    assert "General Apoptosis -> Apoptosis" in description
    assert len(genes) > 50
    assert {"CASP9", "TP53"} <= set(genes)


def test_a_confidence_that_the_author_changed_is_not_given_as_a_number(
    anonymous: Member, curator: Member, reviewer: Member
) -> None:
    uuid = propose(curator, confidence="low", override_reason="one study only")
    reviewer.post(f"/mappings/{uuid}/approve", version="1")
    [row] = rows(anonymous.get("/exports/mappings.sssom.tsv").text, "\t")
    assert row["confidence"] == ""
    assert "confidence low" in row["comment"]
    assert "one study only" in row["comment"]


def test_cells_survive_a_strict_reader() -> None:
    nasty = 'x\ty\r\nz\u2028"\x00'
    cleaned = formats.clean(nasty)
    assert cleaned == 'x y z "'
    read = next(csv.reader(io.StringIO(formats._cell('"' + nasty)), delimiter="\t"))
    assert read == ['"x y z "']


def validate(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("sssom"), "validate", str(file)],
        capture_output=True,
        text=True,
        timeout=300,
    )
