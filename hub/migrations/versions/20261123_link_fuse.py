"""Keep fuses of links: too many records of a connection taken for one golden record."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b1f7c2d9e460"
down_revision: str | None = "c93d1f06b8e4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "link_fuse",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("blown_at", sa.BigInteger(), nullable=True),
        sa.Column("allowed_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_link_fuse")),
    )


def downgrade() -> None:
    op.drop_table("link_fuse")
