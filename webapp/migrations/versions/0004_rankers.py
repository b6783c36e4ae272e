"""Rankers that were learnt here, and which of them served from when on

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ranker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_ranker"),
        sa.UniqueConstraint("version", name="uq_ranker_version"),
    )
    op.create_table(
        "ranker_promotion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("encoder", sa.String(), nullable=False),
        sa.Column("ranker_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ranker_id"], ["ranker.id"], name="fk_ranker_promotion_ranker_id"),
        sa.CheckConstraint("why IN ('trained', 'rolled back')", name="ck_ranker_promotion_why"),
        sa.PrimaryKeyConstraint("id", name="pk_ranker_promotion"),
    )
    op.create_index("ix_ranker_promotion_encoder", "ranker_promotion", ["encoder"], unique=False)
    for table in ("ranker", "ranker_promotion"):
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    op.drop_index("ix_ranker_promotion_encoder", table_name="ranker_promotion")
    op.drop_table("ranker_promotion")

    op.drop_table("ranker")
