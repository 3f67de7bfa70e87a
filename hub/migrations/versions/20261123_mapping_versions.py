"""Keep drafts and versions of mappings; say by which version every record was read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7c41d02be9a5"
down_revision: str | None = "b3d2f6c8e402"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "mapping_version",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("laws", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "connection", "object_type", "number", name=op.f("pk_mapping_version")
        ),
    )
    for name, state in (("draft", "draft"), ("active", "active")):
        op.create_index(
            f"ux_mapping_version_{name}",
            "mapping_version",
            ["connection", "object_type"],
            unique=True,
            sqlite_where=sa.text(f"state = '{state}'"),
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_table(
        "remapping",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "object_type", name=op.f("pk_remapping")),
    )
    # own creates were not told which mapping wrote them; until now there was one of each
    op.execute(
        "update crossref set mapping_version = 1"
        " where mapping_version = 0 and external_id is not null"
    )


def downgrade() -> None:
    op.drop_table("remapping")
    op.drop_table("mapping_version")
