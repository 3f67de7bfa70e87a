"""Load an approved connection by steps, and know how far it is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e9a8c7d1b705"
down_revision: str | None = "c9f4a1e07b35"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("replanning", sa.Column("began_at", sa.BigInteger(), nullable=True))
    op.add_column("replanning", sa.Column("planned", sa.Integer(), nullable=True))
    op.add_column("replanning", sa.Column("ramp", sa.Text(), nullable=True))
    op.add_column("replanning", sa.Column("held", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("held", "ramp", "planned", "began_at"):
        op.drop_column("replanning", name)
