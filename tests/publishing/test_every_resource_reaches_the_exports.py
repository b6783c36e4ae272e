"""A GO term and a Reactome pathway go the same way as one of WikiPathways."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import PATHWAY_ANSWERS, Member
from tests.publishing.test_exports_hold_exactly_the_approved_mappings import rows, validate
from webapp.catalog.models import Gene, SourceRelease, Target, TargetGene
from webapp.curation.models import Assessment, MappingVersion
from webapp.database import Database

TERM_ANSWERS = {"connection": "same", "specificity": "exact", "evidence": "likely"}

CASES = [
    ("go", "go_bp", "GO:0006915", "apoptotic process", TERM_ANSWERS, "term-1"),
    ("reactome", "reactome", "reactome:R-HSA-109581", "Apoptosis", PATHWAY_ANSWERS, "pathway-1"),
]


@pytest.fixture(params=CASES, ids=lambda case: case[1])
def case(request: pytest.FixtureRequest, database: Database) -> Any:
    """A target of the resource in the catalog, with two genes, one of them without a symbol."""
    source, resource, identifier, title, _answers, _scheme = request.param
    with database.write() as session:
        release = SourceRelease(
            source=source, file_name="x", version="2026-01", sha256="0", records=1,
            imported_at="2026-01-02T00:00:00.000Z",
        )  # fmt: skip
        session.add(release)
        session.flush()
        target = Target(
            resource=resource, identifier=identifier, title=title, release_id=release.id
        )
        known = session.scalar(select(Gene).where(Gene.symbol == "CASP9"))
        nameless = Gene(symbol="entrez:999999", entrez="999999")
        session.add_all([target, nameless])
        session.flush()
        assert known is not None
        for gene in (known, nameless):
            session.add(TargetGene(target_id=target.id, gene_id=gene.id))
    return request.param


def test_from_the_form_to_the_downloads(
    case: tuple[str, str, str, str, dict[str, str], str],
    curator: Member,
    reviewer: Member,
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    _source, resource, identifier, title, answers, scheme = case
    form = curator.get(f"/key-events/1513?resource={resource}&target={identifier}").text
    for question in answers:
        assert f'name="{question}"' in form

    done = curator.post("/key-events/1513/mappings", target=identifier, **answers)
    assert done.status_code == 303, done.text
    uuid = done.headers["Location"].rsplit("/", 1)[1]
    with database.read() as session:
        assessment = session.scalars(select(Assessment)).one()
        version = session.scalars(select(MappingVersion)).one()
    assert (assessment.scheme, assessment.answers) == (scheme, answers)
    assert version.confidence == "high"
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303
    page = curator.get(f"/mappings/{uuid}").text
    assert title in page
    assert f"scheme {scheme}" in page

    text = curator.get("/exports/mappings.sssom.tsv").text
    [row] = rows(text, "\t")
    assert row["object_id"] == identifier
    assert row["object_source_version"] == "2026-01"
    file = tmp_path_factory.mktemp("sssom") / "mappings.sssom.tsv"
    file.write_text(text)
    accepted = validate(file)
    assert accepted.returncode == 0, accepted.stderr
    assert "not well-formed" not in accepted.stdout + accepted.stderr

    [listed] = rows(curator.get("/exports/mappings.csv").text, ",")
    assert (listed["resource"], listed["confidence_level"]) == (resource, "high")
    [line] = curator.get("/exports/mappings.gmt").text.splitlines()
    name, description, *genes = next(csv.reader([line], delimiter="\t"))
    assert name == f"aop.events:1513|{identifier}"
    assert genes == ["CASP9"]
    assert "1 of 2 genes have no symbol here" in description
