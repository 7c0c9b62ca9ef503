"""Configurations of gateways, ordered and answered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "desired_config",
        sa.Column("gateway", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("id", "issued_at", "deadline_at")),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("gateway", "id", name=op.f("pk_desired_config")),
    )
    op.create_table(
        "config_part",
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("config", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "name", "sha256")),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "config", "kind", "name", name=op.f("pk_config_part")),
    )
