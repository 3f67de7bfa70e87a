"""Remember what a feed told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5b0d1c6e7f21"
down_revision: str | None = "2eb86fb1df65"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("poll", sa.Column("told", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("poll", "told")
