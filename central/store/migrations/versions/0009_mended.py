"""Warnings followed until they are mended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Cases with their warnings, events and who was told; rectifications with their events."""
    _cases()
    _beside_cases()
    _rectifications()


def _cases() -> None:
    op.create_table(
        "mending_case",
        sa.Column("id", _SERIAL, nullable=False),
        *_texts("project", "rule", "subject_kind", "subject"),
        sa.Column("warning", _SERIAL, nullable=False),
        *_texts("state", "facts", "level", "peak"),
        sa.Column("reopened", sa.Integer(), nullable=False),
        *_bigs("opened_at", "level_at"),
        *_bigs_or_none("pushed_at", "acknowledged_at", "assigned_at", "ready_at", "ended_at", "rectification"),
        *_texts("cause", "department"),
        *_bigs_or_none("coordinated_at"),
        *_texts("clock"),
        *_bigs_or_none("due_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["warning"], ["warning.id"], name=op.f("fk_mending_case_warning_warning")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mending_case")),
    )
    active = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_mending_case_active",
        "mending_case",
        ["project", "rule", "subject_kind", "subject"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_index("ix_mending_case_project", "mending_case", ["project", "id"])
    op.create_index("ix_mending_case_state", "mending_case", ["state", "due_at"])
    for name in ("ended_at", "rectification", "department"):
        op.create_index(op.f(f"ix_mending_case_{name}"), "mending_case", [name])


def _beside_cases() -> None:
    op.create_table(
        "case_warning",
        sa.Column("warning", _SERIAL, nullable=False),
        *_bigs("case_id"),
        sa.ForeignKeyConstraint(["warning"], ["warning.id"], name=op.f("fk_case_warning_warning_warning")),
        sa.PrimaryKeyConstraint("warning", name=op.f("pk_case_warning")),
    )
    op.create_index(op.f("ix_case_warning_case_id"), "case_warning", ["case_id"])
    op.create_table(
        "case_event",
        sa.Column("id", _SERIAL, nullable=False),
        *_bigs("case_id", "at"),
        *_texts("actor", "seat", "event", "before", "after", "level", "tag"),
        sa.Column("detail_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index("ix_case_event_case", "case_event", ["case_id", "id"])
    op.create_table(
        "case_told",
        *_bigs("case_id"),
        *_texts("person", "level"),
        sa.Column("nth", sa.Integer(), nullable=False),
        *_texts("seat"),
        *_bigs("at"),
        *_bigs_or_none("acknowledged_at"),
        sa.PrimaryKeyConstraint("case_id", "person", "level", "nth", name=op.f("pk_case_told")),
    )
    op.create_index(op.f("ix_case_told_person"), "case_told", ["person"])


def _rectifications() -> None:
    op.create_table(
        "rectification",
        sa.Column("id", _SERIAL, nullable=False),
        *_texts("project", "unit"),
        sa.Column("title", sa.Text(), nullable=False),
        *_texts("person"),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("acceptance_standard", sa.Text(), nullable=False),
        *_texts("cause", "state", "origin"),
        sa.Column("evidence", sa.Text(), nullable=False),
        *_bigs("created_at"),
        *_texts("created_by"),
        *_bigs_or_none("assigned_at", "submitted_at"),
        *_texts("submitted_by"),
        *_bigs_or_none("verified_at"),
        *_texts("verified_by"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("returned", "version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
    )
    op.create_index("uq_rectification_origin", "rectification", ["origin"], unique=True)
    op.create_index("ix_rectification_state", "rectification", ["state", "due"])
    op.create_index("ix_rectification_project", "rectification", ["project", "id"])
    op.create_index(op.f("ix_rectification_person"), "rectification", ["person"])
    op.create_table(
        "rectification_event",
        sa.Column("id", _SERIAL, nullable=False),
        *_bigs("rectification", "at"),
        *_texts("actor", "seat", "event", "before", "after", "tag"),
        sa.Column("detail_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_event")),
    )
    op.create_index("ix_rectification_event_of", "rectification_event", ["rectification", "id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _bigs_or_none(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger()) for name in names]
