"""An endpoint may leave out what one actor changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "94f0e2c65ab7"
down_revision: str | None = "5b05250af97e"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("notice_endpoints", sa.Column("except_by", sa.String(40)))


def downgrade() -> None:
    op.drop_column("notice_endpoints", "except_by")
