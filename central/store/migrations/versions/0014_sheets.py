"""Values of indicators and score sheets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables only, each of them only to be added to."""
    _sheets()
    _entries()
    _counts()
    for table, key in (
        ("score_sheet", "id = NEW.id"),
        ("entered_value", "id = NEW.id"),
        ("value_decision", "about = NEW.about AND number = NEW.number"),
        ("request_count", "id = NEW.id"),
        ("saving", "id = NEW.id"),
    ):
        _append_only(table, key)


def _sheets() -> None:
    op.create_table(
        "score_sheet",
        *_words("id", "subject_kind", "subject", "period", "kind", "author"),
        *_bigs("taken_at", "stored_at"),
        *_words("set_id"),
        *_whole("set_version"),
        *_words("rule_version"),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column("grade", sa.String(), nullable=True),
        *_texts("body"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
    )
    op.create_index("ix_score_sheet_subject", "score_sheet", ["subject_kind", "subject", "period", "kind"])
    op.create_index("ix_score_sheet_period", "score_sheet", ["period", "kind"])


def _entries() -> None:
    _numbered(
        "entered_value",
        *_words("subject_kind", "subject", "period", "indicator"),
        *_whole("indicator_version"),
        *_words("kind"),
        sa.Column("value", sa.Float(), nullable=False),
        *_whole("n", "satisfied", nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("low", "high")),
        *_texts("detail", "reason", "evidence"),
        *_words("author"),
        *_bigs("entered_at"),
    )
    op.create_index("ix_entered_value_of", "entered_value", ["subject_kind", "subject", "period", "indicator"])
    op.create_table(
        "value_decision",
        *_words("about"),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *_words("outcome"),
        *_texts("remark"),
        *_words("decided_by"),
        *_bigs("decided_at"),
        sa.PrimaryKeyConstraint("about", "number", name=op.f("pk_value_decision")),
    )


def _counts() -> None:
    _numbered(
        "request_count",
        *_words("unit", "kind"),
        sa.Column("day", sa.Date(), nullable=False),
        *_whole("received", "closed"),
        *_bigs("minutes"),
        *_words("source", "given_by"),
        *_bigs("given_at"),
    )
    op.create_index("ix_request_count_unit", "request_count", ["unit", "kind", "day"])
    _numbered(
        "saving",
        *_words("project"),
        sa.Column("day", sa.Date(), nullable=False),
        *_bigs("would_fen", "did_fen"),
        *_texts("counterfactual", "method", "evidence"),
        *_words("author"),
        *_bigs("noted_at"),
    )
    op.create_index("ix_saving_project", "saving", ["project", "day"])


def _append_only(table: str, same: str) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE, which deletes without
    asking the trigger of deletions."""
    said = f"{table} can only be added to"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 -- names above
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


def _numbered(name: str, *columns: sa.Column) -> None:
    key = sa.Column("id", _SERIAL, nullable=False)
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]
