"""Let what people wrote be erased from the audit; its digest stays."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0c4d7b9e21fa"
down_revision: str | None = "f1b7e3c5a806"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("erased", sa.Text(), nullable=True))
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_subject", "audit_entry")
    op.drop_column("audit_entry", "erased")
