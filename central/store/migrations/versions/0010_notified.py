"""Notifications to be sent, and what became of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The outbox of messages to people."""
    op.create_table(
        "notification",
        sa.Column("id", _SERIAL, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("person", "kind", "about", "level")),
        sa.Column("nth", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("subject_zh", "subject_en", "body_zh", "body_en", "link")
        ),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("queued_at", "not_before_at")),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index("uq_notification_told", "notification", ["person", "about", "level", "kind", "nth"], unique=True)
    op.create_index("ix_notification_about", "notification", ["about"])
    op.create_index("ix_notification_state", "notification", ["state", "not_before_at"])
