"""Group open conflicts by their cause."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b3d2f6c8e402"
down_revision: str | None = "a1c0e5b7d301"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OPEN = sa.text("closed_at is null")


def upgrade() -> None:
    op.add_column("conflict", sa.Column("cause", sa.Text(), nullable=True))
    op.create_index(
        "ix_conflict_cause",
        "conflict",
        ["cause", "id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_conflict_cause", table_name="conflict")
    op.drop_column("conflict", "cause")
