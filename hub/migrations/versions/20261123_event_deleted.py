"""Which records were told of as deleted, by lane."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e5b19d7a2c40"
down_revision: str | None = "d3a86c1f07e9"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_DELETED = sa.text("kind = 'deleted'")


def upgrade() -> None:
    op.create_index(
        "ix_event_deleted", "event", ["lane"], sqlite_where=_DELETED, postgresql_where=_DELETED
    )


def downgrade() -> None:
    op.drop_index("ix_event_deleted", "event")
