"""Keys for what the wall looks for at each change: newest stills, the week's moves, whether a still has come"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three indexes: without them all that was ever seen is read."""
    seen = sa.text("evidence_sha256 IS NOT NULL")
    op.create_index(
        "ix_face_reading_still", "face_reading", ["observed_at"], sqlite_where=seen, postgresql_where=seen
    )
    op.create_index("ix_warning_event_at", "warning_event", ["at"])
    op.create_index("ix_evidence_received_at", "evidence", ["received_at"])


def downgrade() -> None:
    """Slower again."""
    op.drop_index("ix_evidence_received_at", "evidence")
    op.drop_index("ix_warning_event_at", "warning_event")
    op.drop_index("ix_face_reading_still", "face_reading")
