"""By which roads an alert was told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d3a86c1f07e9"
down_revision: str | None = "a4d90c7be512"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("told_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("alert", "told_by")
