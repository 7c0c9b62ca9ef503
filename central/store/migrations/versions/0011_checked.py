"""Clauses, daily checks, data quality, reports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables only."""
    _clauses()
    _reports()
    _disputes()
    _quality()
    _frozen()


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _day(name: str) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=False)


def _numbered(name: str, *columns: sa.Column) -> None:
    """A table with a key of its own."""
    key = sa.Column("id", _SERIAL, nullable=False)
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _keyed(name: str, keys: tuple[str, ...], *columns: sa.Column) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")))


def _clauses() -> None:
    versioned = ("project", "version")
    _keyed(
        "contract_clauses",
        versioned,
        *_words("project"),
        *_whole("version"),
        *_texts("document"),
        *_words("sha256", "set_by"),
        *_bigs("set_at"),
    )
    _keyed(
        "site_fence",
        versioned,
        *_words("project"),
        *_whole("version"),
        *_texts("document"),
        *_words("datum", "set_by"),
        *_bigs("set_at"),
    )


def _reports() -> None:
    _numbered(
        "daily_report",
        *_words("project"),
        _day("day"),
        *_words("kind", "author"),
        *_texts("document", "verdicts"),
        *_words("sha256"),
        *_bigs("submitted_at"),
    )
    op.create_index("ix_daily_report_project", "daily_report", ["project", "day"])
    op.create_index("uq_daily_report_said", "daily_report", ["project", "author", "day", "sha256"], unique=True)
    _keyed(
        "duty_day",
        ("project", "day"),
        *_words("project"),
        _day("day"),
        *_words("state"),
        *_bigs("reminded_at", "missed_at", nullable=True),
    )


def _disputes() -> None:
    _numbered(
        "value_dispute",
        *_words("project", "item"),
        *_bigs("report"),
        *_whole("auto_bp", "human_bp", "tolerance_bp"),
        *_texts("auto_ref"),
        *_words("author"),
        *_bigs("observed_at", "opened_at"),
        *_words("state", "settled_by"),
        *_bigs("settled_at", nullable=True),
        *_texts("remark"),
    )
    op.create_index(op.f("ix_value_dispute_project"), "value_dispute", ["project"])
    op.create_index("uq_value_dispute_report", "value_dispute", ["report", "item"], unique=True)


def _quality() -> None:
    _numbered(
        "outage_notice",
        *_words("project", "gateway", "camera"),
        *_bigs("since_at"),
        *_bigs("until_at", nullable=True),
        *_texts("reason"),
        *_words("reported_by"),
        *_bigs("reported_at"),
    )
    op.create_index("ix_outage_notice_gateway", "outage_notice", ["gateway", "since_at"])
    _keyed(
        "quality_month",
        ("month", "unit"),
        _day("month"),
        *_words("unit"),
        *_whole("rank"),
        *_texts("counts"),
        *_whole("total_bp", nullable=True),
        sa.Column("grade", sa.String()),
        *_words("sha256"),
        *_bigs("frozen_at"),
    )


def _frozen() -> None:
    """Reports and the documents that were made of them."""
    _numbered(
        "report",
        *_words("kind", "about"),
        sa.Column("project", sa.String()),
        sa.Column("unit", sa.String()),
        sa.Column("period", sa.Date()),
        *_bigs("as_of_at", nullable=True),
        *_words("title_zh", "title_en"),
        *_texts("content"),
        *_words("sha256", "made_by"),
        *_bigs("made_at"),
        sa.UniqueConstraint("sha256", name=op.f("uq_report_sha256")),
    )
    op.create_index("ix_report_kind", "report", ["kind", "period"])
    op.create_index(op.f("ix_report_project"), "report", ["project"])
    _keyed(
        "report_file",
        ("report", "language", "format"),
        *_bigs("report"),
        *_words("language", "format", "sha256"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_bigs("rendered_at"),
    )
