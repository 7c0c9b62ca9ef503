"""Reference frames asked for, and how far a configuration has come"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "reference_ask",
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("camera", "asked_by")),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("issued_at", "deadline_at")),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("config", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("scene", "guess")),
        sa.Column("sha256", sa.String()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("width_px", "height_px")),
        sa.PrimaryKeyConstraint("gateway", "id", name=op.f("pk_reference_ask")),
    )
    op.create_table(
        "config_step",
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("config", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "config", "step", name=op.f("pk_config_step")),
    )
