"""Who is who: the certificates that were given out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table."""
    op.create_table(
        "certificate",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("serial", "authority", "name", "purpose")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("valid_from_at", "valid_until_at", "issued_at")),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_name"), "certificate", ["name"])
