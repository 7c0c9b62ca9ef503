"""Goals, indicators, libraries and sets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = {  # and what makes a row the same as one that is there
    "indicator_library": "sector = NEW.sector AND version = NEW.version",
    "indicator_set": "subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND version = NEW.version",
    "indicator_set_act": "subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id AND version = NEW.version",
    "goal": "id = NEW.id AND version = NEW.version",
    "goal_act": "id = NEW.id",
    "goal_record": "id = NEW.id",
    "carbon_table": "name = NEW.name AND version = NEW.version",
}
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Seven tables that can only be added to."""
    _library()
    _sets()
    _goals()
    for table, same in APPEND_ONLY.items():
        _append_only(table, same)


def _library() -> None:
    op.create_table(
        "indicator_library",
        *_texts("sector"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *_document(),
        *_texts("set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("sector", "version", name=op.f("pk_indicator_library")),
    )
    op.create_table(
        "carbon_table",
        *_texts("name", "version"),
        *_document(),
        *_texts("set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_carbon_table")),
    )


def _sets() -> None:
    key = ("subject_kind", "subject_id", "version")
    op.create_table(
        "indicator_set",
        *_texts("subject_kind", "subject_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        *_document(),
        sa.Column("reason", sa.Text(), nullable=False),
        *_texts("proposed_by"),
        *_bigs("proposed_at"),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_indicator_set")),
    )
    op.create_table(
        "indicator_set_act",
        *_texts("subject_kind", "subject_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("state"),
        sa.Column("since", sa.Date(), nullable=False),
        *_texts("decided_by"),
        *_bigs("decided_at"),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_indicator_set_act")),
    )


def _goals() -> None:
    op.create_table(
        "goal",
        *_texts("id"),
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("version", "year", "level")),
        *_texts("subject_kind", "subject_id"),
        *_document(),
        *_texts("author"),
        *_bigs("written_at"),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_goal")),
    )
    op.create_index("ix_goal_year", "goal", ["year", "id"])
    op.create_index("ix_goal_subject", "goal", ["subject_kind", "subject_id"])
    op.create_table(
        "goal_act",
        sa.Column("id", SERIAL, nullable=False),
        *_texts("goal"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("act", "by"),
        *_bigs("at"),
        sa.Column("since", sa.Date()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_act")),
    )
    op.create_index("ix_goal_act_goal", "goal_act", ["goal", "version", "id"])
    op.create_table(
        "goal_record",
        sa.Column("id", SERIAL, nullable=False),
        *_texts("goal"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("period"),
        sa.Column("document", sa.Text(), nullable=False),
        *_texts("noted_by"),
        *_bigs("noted_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_record")),
    )
    op.create_index("ix_goal_record_goal", "goal_record", ["goal", "period", "id"])


def _append_only(table: str, same: str) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE, which deletes without
    asking the trigger of deletions."""
    said = f"{table} can only be added to: a new version says otherwise"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def _document() -> list[sa.Column]:
    return [sa.Column("document", sa.Text(), nullable=False), sa.Column("sha256", sa.String(), nullable=False)]


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
