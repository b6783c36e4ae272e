"""What replaced a mapping

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: SQLite knows foreign keys of new columns as long as they may be empty.
    op.execute(
        "ALTER TABLE mapping ADD COLUMN successor_id INTEGER "
        "CONSTRAINT fk_mapping_successor_id REFERENCES mapping (id)"
    )
    op.create_index("ix_mapping_successor_id", "mapping", ["successor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_mapping_successor_id", table_name="mapping")
    op.drop_column("mapping", "successor_id")
