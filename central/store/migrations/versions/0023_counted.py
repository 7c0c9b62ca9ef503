"""Keys for what is counted: tombstones of gateways, acts of people in a month; all that ever came was read for it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of tombstones only, one of acts by time."""
    stones = sa.text("kind = 'tombstone'")
    op.create_index("ix_record_tombstone", "record", ["gateway"], sqlite_where=stones, postgresql_where=stones)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "actor", "action"])


def downgrade() -> None:
    """Slower again."""
    op.drop_index("ix_audit_entry_at", "audit_entry")
    op.drop_index("ix_record_tombstone", "record")
