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
    """The outbox of messages to people, where people are reached, deliveries and their tries."""
    _messages()
    _addresses()
    _deliveries()


def _messages() -> None:
    op.create_table(
        "notification",
        sa.Column("id", _SERIAL, nullable=False),
        *_texts("person", "kind", "about", "level"),
        sa.Column("nth", sa.Integer(), nullable=False),
        *_long_texts("subject_zh", "subject_en", "body_zh", "body_en", "link"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *_bigs("queued_at", "not_before_at"),
        *_texts("state"),
        *_bigs_or_none("delivery"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index("uq_notification_told", "notification", ["person", "about", "level", "kind", "nth"], unique=True)
    op.create_index("ix_notification_about", "notification", ["about"])
    op.create_index("ix_notification_state", "notification", ["state", "not_before_at"])
    op.create_index("ix_notification_person", "notification", ["person", "id"])
    op.create_index(op.f("ix_notification_delivery"), "notification", ["delivery"])


def _addresses() -> None:
    op.create_table(
        "person_address",
        sa.Column("id", _SERIAL, nullable=False),
        *_texts("person", "channel"),
        sa.Column("rank", sa.Integer(), nullable=False),
        *_long_texts("sealed"),
        *_bigs("added_at"),
        *_texts("added_by"),
        *_bigs_or_none("removed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
    )
    op.create_index(op.f("ix_person_address_person"), "person_address", ["person"])


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", _SERIAL, nullable=False),
        *_texts("person", "kind"),
        *_bigs("slot"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *_texts("token", "state"),
        *_bigs("planned_at", "due_at", "next_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_bigs_or_none("address", "address_since"),
        *_texts("claimed_by"),
        *_bigs("claimed_until", "fence"),
        *_bigs_or_none("done_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("uq_delivery_slot", "delivery", ["person", "kind", "slot"], unique=True)
    op.create_index("ix_delivery_state", "delivery", ["state", "next_at"])
    op.create_table(
        "delivery_try",
        sa.Column("delivery", _SERIAL, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        *_bigs("address"),
        *_texts("channel"),
        *_bigs("began_at"),
        *_bigs_or_none("ended_at"),
        *_texts("outcome"),
        *_long_texts("words"),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_delivery_try_delivery_delivery")),
        sa.PrimaryKeyConstraint("delivery", "nth", name=op.f("pk_delivery_try")),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _long_texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _bigs_or_none(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=True) for name in names]
