"""Count deletes against a fuse, notice what a complete listing does not show."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c5e4a7d9f503"
down_revision: str | None = "7c41d02be9a5"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "deletion",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("crossref_id", sa.String(length=40), nullable=False),
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_deletion")),
    )
    op.create_index("ix_deletion_recent", "deletion", ["connection", "held", "at"])
    op.create_table(
        "fuse",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("blown_at", sa.BigInteger(), nullable=True),
        sa.Column("allowed_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_fuse")),
    )
    op.create_table(
        "sighting",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "connection", "object_type", "external_id", name=op.f("pk_sighting")
        ),
    )
    op.add_column("poll", sa.Column("last_full_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("poll", "last_full_at")
    op.drop_table("sighting")
    op.drop_table("fuse")
    op.drop_index("ix_deletion_recent", table_name="deletion")
    op.drop_table("deletion")
