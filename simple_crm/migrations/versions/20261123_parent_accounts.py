"""A customer may stand below another one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9b1f40c7e2d8"
down_revision: str | None = "3d51c7b2a064"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Bodies are texts of objects with many members: one more goes before the last brace.
_FILLED = """
    UPDATE customers SET body = substr(body, 1, length(body) - 1) || ',"parent_id": null}'
    WHERE deleted_at IS NULL"""


def upgrade() -> None:
    op.add_column("customers", sa.Column("parent_id", sa.String(320)))
    op.create_index("ix_customers_parent_id_id", "customers", ["parent_id", "id"])
    op.execute(_FILLED)


def downgrade() -> None:
    op.drop_index("ix_customers_parent_id_id", "customers")
    op.drop_column("customers", "parent_id")
