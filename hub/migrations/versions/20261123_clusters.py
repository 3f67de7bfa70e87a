"""Remember who is the same, who is not, what each home said, and pins that end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c9f4a1e07b35"
down_revision: str | None = "d7f6b8e0a604"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "edge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("one", sa.String(length=40), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edge")),
    )
    op.create_index("ix_edge_one", "edge", ["one"])
    op.create_index("ix_edge_other", "edge", ["other"])
    op.create_table(
        "home",
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("root", sa.String(length=40), nullable=False),
        sa.Column("crossrefs", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("golden_id", name=op.f("pk_home")),
    )
    op.create_index("ix_home_root", "home", ["root"])
    op.create_table(
        "pin",
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("golden_id", "path", name=op.f("pk_pin")),
    )
    op.create_index("ix_pin_until", "pin", ["until"])


def downgrade() -> None:
    op.drop_table("pin")
    op.drop_table("home")
    op.drop_table("edge")
