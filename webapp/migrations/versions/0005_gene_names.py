"""Names and aliases of genes

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gene", sa.Column("name", sa.String(), nullable=True))
    op.add_column("gene", sa.Column("aliases", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("gene", "aliases")
    op.drop_column("gene", "name")
