"""First tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

APPLICATION_ID = 0x4B455750
IMMUTABLE_TABLES = ("mapping_version", "assessment", "mapping_event")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gene",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("entrez", sa.String(), nullable=True),
        sa.Column("ensembl", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_gene"),
        sa.UniqueConstraint("symbol", name="uq_gene_symbol"),
    )
    op.create_index("ix_gene_entrez", "gene", ["entrez"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("orcid", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('curator', 'reviewer', 'admin')", name="ck_person_role"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "source_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_release"),
    )
    op.create_index("ix_source_release_source_id", "source_release", ["source", "id"], unique=False)

    op.create_table(
        "aop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("curie", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("short_title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["source_release.id"], name="fk_aop_release_id"),
        sa.PrimaryKeyConstraint("id", name="pk_aop"),
        sa.UniqueConstraint("curie", name="uq_aop_curie"),
        sa.UniqueConstraint("number", name="uq_aop_number"),
    )
    op.create_table(
        "identity",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_identity_person_id"),
        sa.PrimaryKeyConstraint("provider", "subject", name="pk_identity"),
    )
    op.create_index("ix_identity_person_id", "identity", ["person_id"], unique=False)

    op.create_table(
        "key_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("curie", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("short_title", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("organ_term", sa.String(), nullable=False),
        sa.Column("cell_term", sa.String(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.CheckConstraint(
            "level IN ('Molecular', 'Cellular', 'Tissue', 'Organ', 'Individual', 'Population') OR level IS NULL",
            name="ck_key_event_level",
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["source_release.id"], name="fk_key_event_release_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_key_event"),
        sa.UniqueConstraint("curie", name="uq_key_event_curie"),
        sa.UniqueConstraint("number", name="uq_key_event_number"),
    )
    op.create_index("ix_key_event_level", "key_event", ["level"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("species", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["source_release.id"], name="fk_target_release_id"),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
        sa.UniqueConstraint("identifier", name="uq_target_identifier"),
    )
    op.create_index(
        "ix_target_resource_retired_at", "target", ["resource", "retired_at"], unique=False
    )

    op.create_table(
        "aop_key_event",
        sa.Column("aop_id", sa.Integer(), nullable=False),
        sa.Column("key_event_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint("role IN ('MIE', 'KE', 'AO')", name="ck_aop_key_event_role"),
        sa.ForeignKeyConstraint(["aop_id"], ["aop.id"], name="fk_aop_key_event_aop_id"),
        sa.ForeignKeyConstraint(
            ["key_event_id"], ["key_event.id"], name="fk_aop_key_event_key_event_id"
        ),
        sa.PrimaryKeyConstraint("aop_id", "key_event_id", name="pk_aop_key_event"),
    )
    op.create_index(
        "ix_aop_key_event_key_event_id", "aop_key_event", ["key_event_id"], unique=False
    )

    op.create_table(
        "event_component",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_source", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("object_name", sa.String(), nullable=False),
        sa.Column("process_source", sa.String(), nullable=False),
        sa.Column("process_id", sa.String(), nullable=False),
        sa.Column("process_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_event_id"], ["key_event.id"], name="fk_event_component_key_event_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_component"),
        sa.UniqueConstraint(
            "key_event_id", "position", name="uq_event_component_key_event_id_position"
        ),
    )
    op.create_index(
        "ix_event_component_key_event_id", "event_component", ["key_event_id"], unique=False
    )

    op.create_table(
        "key_event_gene",
        sa.Column("key_event_id", sa.Integer(), nullable=False),
        sa.Column("gene_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["gene_id"], ["gene.id"], name="fk_key_event_gene_gene_id"),
        sa.ForeignKeyConstraint(
            ["key_event_id"], ["key_event.id"], name="fk_key_event_gene_key_event_id"
        ),
        sa.PrimaryKeyConstraint("key_event_id", "gene_id", "method", name="pk_key_event_gene"),
    )
    op.create_index("ix_key_event_gene_gene_id", "key_event_gene", ["gene_id"], unique=False)

    op.create_table(
        "key_event_relationship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("curie", sa.String(), nullable=False),
        sa.Column("upstream_id", sa.Integer(), nullable=False),
        sa.Column("downstream_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["downstream_id"], ["key_event.id"], name="fk_key_event_relationship_downstream_id"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["source_release.id"], name="fk_key_event_relationship_release_id"
        ),
        sa.ForeignKeyConstraint(
            ["upstream_id"], ["key_event.id"], name="fk_key_event_relationship_upstream_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_key_event_relationship"),
        sa.UniqueConstraint("curie", name="uq_key_event_relationship_curie"),
        sa.UniqueConstraint("number", name="uq_key_event_relationship_number"),
    )
    op.create_index(
        "ix_key_event_relationship_downstream_id",
        "key_event_relationship",
        ["downstream_id"],
        unique=False,
    )
    op.create_index(
        "ix_key_event_relationship_upstream_id",
        "key_event_relationship",
        ["upstream_id"],
        unique=False,
    )

    op.create_table(
        "mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("key_event_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'returned', 'approved', 'rejected', 'withdrawn', 'superseded', 'retired')",
            name="ck_mapping_state",
        ),
        sa.ForeignKeyConstraint(["key_event_id"], ["key_event.id"], name="fk_mapping_key_event_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_mapping_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mapping"),
        sa.UniqueConstraint("uuid", name="uq_mapping_uuid"),
    )
    op.create_index("ix_mapping_key_event_id", "mapping", ["key_event_id"], unique=False)
    op.create_index("ix_mapping_state", "mapping", ["state"], unique=False)
    op.create_index("ix_mapping_target_id", "mapping", ["target_id"], unique=False)
    op.create_index(
        "uq_mapping_live_pair",
        "mapping",
        ["key_event_id", "target_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('proposed', 'returned', 'approved')"),
    )

    op.create_table(
        "target_annotation",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_target_annotation_target_id"
        ),
        sa.PrimaryKeyConstraint("target_id", "kind", "identifier", name="pk_target_annotation"),
    )
    op.create_table(
        "target_gene",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("gene_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gene_id"], ["gene.id"], name="fk_target_gene_gene_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_target_gene_target_id"),
        sa.PrimaryKeyConstraint("target_id", "gene_id", name="pk_target_gene"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "target_parent",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["target.id"], name="fk_target_parent_parent_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_target_parent_target_id"),
        sa.PrimaryKeyConstraint("target_id", "parent_id", name="pk_target_parent"),
    )
    op.create_index("ix_target_parent_parent_id", "target_parent", ["parent_id"], unique=False)

    op.create_table(
        "target_synonym",
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_target_synonym_target_id"),
        sa.PrimaryKeyConstraint("target_id", "scope", "text", name="pk_target_synonym"),
    )
    op.create_table(
        "aop_relationship",
        sa.Column("aop_id", sa.Integer(), nullable=False),
        sa.Column("relationship_id", sa.Integer(), nullable=False),
        sa.Column("adjacency", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("quantitative_understanding", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["aop_id"], ["aop.id"], name="fk_aop_relationship_aop_id"),
        sa.ForeignKeyConstraint(
            ["relationship_id"],
            ["key_event_relationship.id"],
            name="fk_aop_relationship_relationship_id",
        ),
        sa.PrimaryKeyConstraint("aop_id", "relationship_id", name="pk_aop_relationship"),
    )
    op.create_index(
        "ix_aop_relationship_relationship_id", "aop_relationship", ["relationship_id"], unique=False
    )

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mapping_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mapping_id"], ["mapping.id"], name="fk_assessment_mapping_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_assessment_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment"),
    )
    op.create_index("ix_assessment_mapping_id", "assessment", ["mapping_id"], unique=False)
    op.create_index("ix_assessment_person_id", "assessment", ["person_id"], unique=False)

    op.create_table(
        "mapping_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mapping_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mapping_id"], ["mapping.id"], name="fk_mapping_event_mapping_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mapping_event_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mapping_event"),
    )
    op.create_index("ix_mapping_event_at", "mapping_event", ["at"], unique=False)
    op.create_index("ix_mapping_event_mapping_id", "mapping_event", ["mapping_id"], unique=False)
    op.create_index("ix_mapping_event_person_id", "mapping_event", ["person_id"], unique=False)

    op.create_table(
        "mapping_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mapping_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("predicate", sa.String(), nullable=False),
        sa.Column("computed_predicate", sa.String(), nullable=False),
        sa.Column("relationship", sa.String(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("confidence", sa.String(), nullable=False),
        sa.Column("computed_confidence", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.CheckConstraint(
            "confidence IN ('high', 'medium', 'low')", name="ck_mapping_version_confidence"
        ),
        sa.CheckConstraint(
            "predicate IN ('skos:exactMatch', 'skos:closeMatch', 'skos:broadMatch', 'skos:narrowMatch', 'skos:relatedMatch')",
            name="ck_mapping_version_predicate",
        ),
        sa.CheckConstraint(
            "relationship IN ('causative', 'responsive', 'bidirectional', 'unclear') OR relationship IS NULL",
            name="ck_mapping_version_relationship",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name="fk_mapping_version_assessment_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_mapping_version_author_id"),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["mapping.id"], name="fk_mapping_version_mapping_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mapping_version"),
        sa.UniqueConstraint("mapping_id", "number", name="uq_mapping_version_mapping_id_number"),
    )
    op.create_index("ix_mapping_version_author_id", "mapping_version", ["author_id"], unique=False)

    op.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for table in IMMUTABLE_TABLES:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    op.drop_index("ix_mapping_version_author_id", table_name="mapping_version")

    op.drop_table("mapping_version")
    op.drop_index("ix_mapping_event_person_id", table_name="mapping_event")
    op.drop_index("ix_mapping_event_mapping_id", table_name="mapping_event")
    op.drop_index("ix_mapping_event_at", table_name="mapping_event")

    op.drop_table("mapping_event")
    op.drop_index("ix_assessment_person_id", table_name="assessment")
    op.drop_index("ix_assessment_mapping_id", table_name="assessment")

    op.drop_table("assessment")
    op.drop_index("ix_aop_relationship_relationship_id", table_name="aop_relationship")

    op.drop_table("aop_relationship")
    op.drop_table("target_synonym")
    op.drop_index("ix_target_parent_parent_id", table_name="target_parent")

    op.drop_table("target_parent")
    op.drop_table("target_gene")
    op.drop_table("target_annotation")
    op.drop_index("uq_mapping_live_pair", table_name="mapping")
    op.drop_index("ix_mapping_target_id", table_name="mapping")
    op.drop_index("ix_mapping_state", table_name="mapping")
    op.drop_index("ix_mapping_key_event_id", table_name="mapping")

    op.drop_table("mapping")
    op.drop_index("ix_key_event_relationship_upstream_id", table_name="key_event_relationship")
    op.drop_index("ix_key_event_relationship_downstream_id", table_name="key_event_relationship")

    op.drop_table("key_event_relationship")
    op.drop_index("ix_key_event_gene_gene_id", table_name="key_event_gene")

    op.drop_table("key_event_gene")
    op.drop_index("ix_event_component_key_event_id", table_name="event_component")

    op.drop_table("event_component")
    op.drop_index("ix_aop_key_event_key_event_id", table_name="aop_key_event")

    op.drop_table("aop_key_event")
    op.drop_index("ix_target_resource_retired_at", table_name="target")

    op.drop_table("target")
    op.drop_index("ix_key_event_level", table_name="key_event")

    op.drop_table("key_event")
    op.drop_index("ix_identity_person_id", table_name="identity")

    op.drop_table("identity")
    op.drop_table("aop")
    op.drop_index("ix_source_release_source_id", table_name="source_release")

    op.drop_table("source_release")
    op.drop_table("person")
    op.drop_index("ix_gene_entrez", table_name="gene")

    op.drop_table("gene")
