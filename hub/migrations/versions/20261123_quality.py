"""Keep scores of golden records, what to mend, and the figures of each day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7e15a0c9d3b2"
down_revision: str | None = "0c4d7b9e21fa"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "quality",
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("assessed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("golden_id", name=op.f("pk_quality")),
    )
    op.create_index("ix_quality_worst", "quality", ["entity", "score", "golden_id"])
    op.create_index("ix_quality_oldest", "quality", ["assessed_at"])
    op.create_table(
        "quality_finding",
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("golden_id", "rule", "path", name=op.f("pk_quality_finding")),
    )
    op.create_index(
        "ix_quality_finding_list",
        "quality_finding",
        ["entity", "rule", "path", "score", "golden_id"],
    )
    op.create_table(
        "quality_day",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "day", name=op.f("pk_quality_day")),
    )


def downgrade() -> None:
    op.drop_table("quality_day")
    op.drop_table("quality_finding")
    op.drop_table("quality")
