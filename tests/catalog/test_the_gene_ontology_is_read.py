"""Live biological processes with all that a genuine OBO file says of them; the rest withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog import real_files as real
from webapp.catalog.sources import gene_ontology
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError

OBO = r"""format-version: 1.2
data-version: releases/2026-01-23
ontology: go

[Term]
id: GO:0000001
name: mitochondrion inheritance
namespace: biological_process
alt_id: GO:0019952
def: "The distribution of \"mitochondria\"\, and so on." [GOC:mcc, PMID:10873824] {comment="x"}
synonym: "mitochondrial inheritance" EXACT []
synonym: "wider name" BROAD SYSTEMATIC [GOC:x]
synonym: "old name" [GOC:x]
is_a: GO:0048308 {is_inferred="true"} ! organelle inheritance
is_a: GO:0048311 ! mitochondrion distribution

[Term]
id: GO:0000002
name: a function
namespace: molecular_function

[Term]
id: GO:0000005
name: obsolete ribosomal chaperone activity
namespace: molecular_function
is_obsolete: true
replaced_by: GO:0000001

[Typedef]
id: part_of
name: part of
"""


def test_definition_synonyms_parents_and_merged_ids(tmp_path: Path) -> None:
    path = tmp_path / "go-basic.obo"
    path.write_text(OBO)
    records = list(gene_ontology.read_obo(path))
    assert records == [
        r.Version("2026-01-23"),
        r.TargetRecord(
            "go_bp",
            "GO:0000001",
            title="mitochondrion inheritance",
            description='The distribution of "mitochondria", and so on.',
            replaced_by="",
            synonyms=(
                r.Synonym("EXACT", "mitochondrial inheritance"),
                r.Synonym("BROAD", "wider name"),
                r.Synonym("RELATED", "old name"),
            ),
            parents=("GO:0048308", "GO:0048311"),
        ),
        r.TargetRecord("go_bp", "GO:0019952", replaced_by="GO:0000001", obsolete=True),
        r.TargetRecord("go_bp", "GO:0000005", replaced_by="GO:0000001", obsolete=True),
    ]


def test_all_live_processes_of_the_real_file(shared_data: Path) -> None:
    records = list(gene_ontology.read_obo(shared_data / real.OBO))
    live = [x for x in records if isinstance(x, r.TargetRecord) and not x.obsolete]
    withdrawn = [x for x in records if isinstance(x, r.TargetRecord) and x.obsolete]
    assert len(live) == 27186
    assert len(withdrawn) == 5287


def test_genes_of_terms(shared_data: Path) -> None:
    records = list(gene_ontology.read_gmt(shared_data / real.GO_GMT))
    assert len(records) == 11207
    first = records[0]
    assert isinstance(first, r.TargetRecord)
    assert first.identifier == "GO:0000012"
    assert first.title is None
    assert "XRCC1" in (first.genes or ())


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (("name: mitochondrion inheritance\n", ""), "line 5: GO:0000001 has no name"),
        (
            ('on." [GOC:mcc, PMID:10873824] {comment="x"}', "on."),
            "line 10: the quoted text has no end",
        ),
        (("is_obsolete: true", "is_obsolete"), "is no OBO line"),
        (("biological_process", "cellular_component"), "holds no live term"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, damage: tuple[str, str], reason: str) -> None:
    path = tmp_path / "go-basic.obo"
    path.write_text(OBO.replace(*damage))
    with pytest.raises(SourceError, match=reason):
        list(gene_ontology.read_obo(path))
