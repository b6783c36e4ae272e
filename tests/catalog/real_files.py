"""Names of the real files below the shared folder."""

from __future__ import annotations

XML_2019 = "aopwiki/aop-wiki-xml-2019-01-01.gz"
XML_2026 = "aopwiki/aop-wiki-xml-2026-03-05.DERIVED.xml.gz"
XML_SAMPLE = "aopwiki/aop-wiki-sample.DERIVED.xml"
TABLE_EVENTS = "aopwiki/aop_ke_mie_ao.tsv"
TABLE_RELATIONSHIPS = "aopwiki/aop_ke_ker.tsv"
TABLE_COMPONENTS = "aopwiki/aop_ke_ec.tsv"
GMT_2022 = "wikipathways/wikipathways-20220310-gmt-Homo_sapiens.gmt"
GMT_2026 = "wikipathways/wikipathways-20260822-gmt-Homo_sapiens.DERIVED.gmt"
ARCHIVE = "wikipathways/wikipathways-database-20260822-human-info+datanodes+md.tar.xz"
OBO = "go/go-basic.DERIVED.obo.gz"
GO_GMT = "go/go_bp_human_2026-02.DERIVED.gmt.gz"
REACTOME = "reactome/ReactomePathways.gmt"
GENES = "genes/ensembl_hgnc_entrez_human_2021-12.tsv.gz"
GENES_WP = "genes/entrez_hgnc_from_wikipathways_2026-08-22.tsv"

FULL = {
    "aopwiki": (XML_2026,),
    "wikipathways": (GMT_2026, ARCHIVE),
    "go": (OBO, GO_GMT),
    "reactome": (REACTOME,),
    "genes": (GENES,),
}
"""What makes the full catalog, by option."""
