"""Evaluations

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("ranker", sa.String(), nullable=False),
        sa.Column("cross_validated", sa.Boolean(), nullable=False),
        sa.Column("gold", sa.String(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation"),
    )
    op.create_index(
        "ix_evaluation_resource_made_at", "evaluation", ["resource", "made_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_evaluation_resource_made_at", table_name="evaluation")

    op.drop_table("evaluation")
