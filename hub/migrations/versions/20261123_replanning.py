"""Remember the connections that are still to be planned for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0df88c4920ae"
down_revision: str | None = "5b0d1c6e7f21"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "replanning",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_replanning")),
    )


def downgrade() -> None:
    op.drop_table("replanning")
