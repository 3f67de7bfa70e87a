"""Know webhook secrets by their marks, and when each was last used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a1c0e5b7d301"
down_revision: str | None = "7c3e51a0d9b4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "webhook_secret",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "mark", name=op.f("pk_webhook_secret")),
    )


def downgrade() -> None:
    op.drop_table("webhook_secret")
