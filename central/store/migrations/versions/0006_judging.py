"""What judging needs to go on from where it was: checkpoints, plans in force, rule memory"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MEASURES = ("rel_bp", "spi_bp", "spi_t_bp", "cpi_bp", "pay_gap_bp", "eac_fen")
_FORECASTS = ("forecast", "forecast_low", "forecast_high")


def upgrade() -> None:
    """Two new tables; what is judged says more, and is found by project and time."""
    op.create_table(
        "judged_plan",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_judged_plan")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("project", "at", name=op.f("pk_checkpoint")),
    )
    _what_is_judged()
    _found_by_time()
    _ladders()


def _what_is_judged() -> None:
    op.add_column("assessment_state", sa.Column("dirty_from_at", sa.BigInteger()))
    op.execute("UPDATE assessment_state SET dirty_from_at = 0")  # whatever was judged before is judged once more
    op.add_column("face_assignment", sa.Column("since_at", sa.BigInteger(), nullable=False, server_default="0"))
    for name in _MEASURES:
        op.add_column("deviation", sa.Column(name, sa.BigInteger()))
    for name in _FORECASTS:
        op.add_column("deviation", sa.Column(name, sa.Date()))
    op.add_column("rule_state", sa.Column("months", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rule_state", sa.Column("condition", sa.String(), nullable=False, server_default="ok"))
    op.add_column("rule_state", sa.Column("since_at", sa.BigInteger()))
    op.add_column("rule_state", sa.Column("detail", sa.Text(), nullable=False, server_default=""))


def _found_by_time() -> None:
    for table, time in (("progress_state", "as_of_at"), ("deviation", "as_of_at"), ("observation", "observed_at")):
        op.drop_index(f"ix_{table}_project", table_name=table)
        op.create_index(f"ix_{table}_project", table, ["project", time])


def _ladders() -> None:
    """What warnings are measured by: the basis, and the ladders that people import and switch."""
    for table in ("warning", "warning_event"):
        op.add_column(table, sa.Column("basis", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "ladder_profile",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_ladder_profile")),
    )
    op.create_table(
        "ladder_switch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("scope", "name")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_switch")),
    )
    op.create_index(op.f("ix_ladder_switch_scope"), "ladder_switch", ["scope"])
