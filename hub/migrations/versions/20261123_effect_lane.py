"""Find the open effects of a lane."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7c3e51a0d9b4"
down_revision: str | None = "0df88c4920ae"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OPEN = sa.text("state in ('planned', 'waiting', 'sent', 'unknown')")


def upgrade() -> None:
    op.create_index(
        "ix_effect_lane", "effect", ["lane"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def downgrade() -> None:
    op.drop_index("ix_effect_lane", table_name="effect")
