"""Keep which golden record stands below which."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7a25e90d41b"
down_revision: str | None = "d3c8b5f1a927"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_FIELDS = {"contact": "customer", "category": "parent"}


def upgrade() -> None:
    table = op.create_table(
        "golden_parent",
        sa.Column("golden_id", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("golden_id", name=op.f("pk_golden_parent")),
    )
    with op.batch_alter_table("golden_parent", schema=None) as batch_op:
        batch_op.create_index("ix_golden_parent_parent", ["parent_id", "golden_id"], unique=False)
    golden = sa.table("golden", sa.column("id"), sa.column("entity"), sa.column("body"))
    rows = op.get_bind().execute(sa.select(golden).where(golden.c.entity.in_(list(_FIELDS)))).all()
    found = [(row.id, json.loads(row.body).get(_FIELDS[row.entity])) for row in rows]
    known = [{"golden_id": each, "parent_id": above} for each, above in found if above]
    if known:
        op.bulk_insert(table, known)


def downgrade() -> None:
    with op.batch_alter_table("golden_parent", schema=None) as batch_op:
        batch_op.drop_index("ix_golden_parent_parent")

    op.drop_table("golden_parent")
