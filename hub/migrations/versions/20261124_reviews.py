"""Answers given to many conflicts at once, so that they can be taken back at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b2c7f05a8e13"
down_revision: str | None = "a81e5d3c90f4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )


def downgrade() -> None:
    op.drop_table("review")
