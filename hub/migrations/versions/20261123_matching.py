"""Find golden records by their comparison forms; log match decisions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a4d90c7be512"
down_revision: str | None = "b1f7c2d9e460"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "match_form",
        sa.Column("number", number, nullable=False),
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_match_form")),
    )
    op.create_index("ux_match_form_golden", "match_form", ["golden_id"], unique=True)
    op.create_table(
        "blocking_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_blocking_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "match_statistics",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_match_statistics")),
    )
    op.create_table(
        "match_decision",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.String(length=40), nullable=False),
        sa.Column("crossref_id", sa.String(length=40), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("statistics", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decision")),
    )
    op.create_index("ix_match_decision_golden", "match_decision", ["golden_id", "id"])
    op.create_index("ix_match_decision_other", "match_decision", ["other_id", "at"])
    op.create_table(
        "stop_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stop_key")),
    )


def downgrade() -> None:
    op.drop_table("stop_key")
    op.drop_index("ix_match_decision_other", table_name="match_decision")
    op.drop_index("ix_match_decision_golden", table_name="match_decision")
    op.drop_table("match_decision")
    op.drop_table("match_statistics")
    op.drop_table("blocking_key")
    op.drop_index("ux_match_form_golden", table_name="match_form")
    op.drop_table("match_form")
