"""Thresholds of matching, set by what stewards decided."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a81e5d3c90f4"
down_revision: str | None = "e8b2d94c6f10"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "match_threshold",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("link", sa.Float(), nullable=False),
        sa.Column("review", sa.Float(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_match_threshold")),
    )


def downgrade() -> None:
    op.drop_table("match_threshold")
