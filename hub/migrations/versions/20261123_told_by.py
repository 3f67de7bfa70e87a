"""By which roads an alert was told; since when a worker cannot ring the doorbell."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d3a86c1f07e9"
down_revision: str | None = "c7a25e90d41b"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("told_by", sa.Text(), nullable=True))
    op.add_column("worker", sa.Column("unheard_since", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("worker", "unheard_since")
    op.drop_column("alert", "told_by")
