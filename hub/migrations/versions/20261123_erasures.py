"""Remember who was erased, as hashes; let erased versions keep the digest they were sealed by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f1b7e3c5a806"
down_revision: str | None = "e9a8c7d1b705"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_erasure")),
    )
    op.add_column("golden_version", sa.Column("erased", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("golden_version", "erased")
    op.drop_table("erasure")
