"""Delivery, provably: keys and signatures of gateways, security events, clock maps, known loss"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New columns are null, or say what was true of every row so far."""
    _security_event()
    _of_records()
    _add("gateway", sa.Column("public_key", sa.String()), sa.Column("revoked_at", sa.BigInteger()))
    _add(
        "gateway_status",
        sa.Column("in_flight", sa.BigInteger()),
        sa.Column("tombstoned", sa.BigInteger()),
        sa.Column("clock_offset_ms", sa.BigInteger()),
        sa.Column("security", sa.BigInteger()),
        sa.Column("degraded", sa.Text(), nullable=False, server_default=""),
    )
    _add("dead_letter", sa.Column("replayed_at", sa.BigInteger()))
    for table in ("face_reading", "camera_event"):
        _add(table, sa.Column("timing", sa.String(), nullable=False, server_default=""))
    _add("warning", sa.Column("historical", sa.Boolean(), nullable=False, server_default=sa.false()))


def _security_event() -> None:
    op.create_table(
        "security_event",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("uq_security_event_said", "security_event", ["code", "gateway", "detail"], unique=True)
    op.create_index(op.f("ix_security_event_last_at"), "security_event", ["last_at"])


def _of_records() -> None:
    _keyed(
        "frame_proof",
        ["lo", "hi"],
        *(sa.Column(name, sa.String(), nullable=False) for name in ("prev", "end_link", "sig", "public_key")),
    )
    op.create_index("ix_frame_proof_hi", "frame_proof", ["gateway", "epoch", "hi"])
    _keyed("clock_map", ["seq"], *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("lo", "hi", "add_ms")))
    op.create_table(
        "known_loss",
        *(sa.Column(key, sa.String(), nullable=False) for key in ("gateway", "epoch")),
        sa.Column("lo", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("hi", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "epoch", "lo", "ref", name=op.f("pk_known_loss")),
    )


def _keyed(name: str, numbers: list[str], *more: sa.Column[Any]) -> None:
    """A table by gateway, epoch and sequence numbers."""
    op.create_table(
        name,
        *(sa.Column(key, sa.String(), nullable=False) for key in ("gateway", "epoch")),
        *(sa.Column(number, sa.BigInteger(), nullable=False) for number in numbers),
        *more,
        sa.PrimaryKeyConstraint("gateway", "epoch", *numbers, name=op.f(f"pk_{name}")),
    )


def _add(table: str, *columns: sa.Column[Any]) -> None:
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)
