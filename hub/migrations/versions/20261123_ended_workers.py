"""Which process a worker is, when it was found to have ended, when it found Redis emptied."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e8b2d94c6f10"
down_revision: str | None = "e5b19d7a2c40"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("worker", sa.Column("process", sa.Text(), nullable=True))
    op.add_column("worker", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.add_column("worker", sa.Column("emptied_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("worker", "emptied_at")
    op.drop_column("worker", "ended_at")
    op.drop_column("worker", "process")
