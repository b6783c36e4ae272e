"""Identities that say which account they are, codes of workshops

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("identity", sa.Column("shown", sa.String(), nullable=True))
    op.add_column("identity", sa.Column("created_at", sa.String(), nullable=True))
    op.create_table(
        "workshop_code",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("uses_allowed", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("expires_at", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.String(), nullable=True),
        sa.CheckConstraint("uses <= uses_allowed", name="ck_workshop_code_uses"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_workshop_code_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_code"),
        sa.UniqueConstraint("code_hash", name="uq_workshop_code_code_hash"),
    )


def downgrade() -> None:
    op.drop_table("workshop_code")
    op.drop_column("identity", "created_at")
    op.drop_column("identity", "shown")
