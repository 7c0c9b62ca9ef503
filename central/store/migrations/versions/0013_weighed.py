"""Judgements of experts by pairs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_VERSIONED = ("node", "version")


def upgrade() -> None:
    """New tables only."""
    _asked()
    _said()
    for table, same in (
        ("weight_version", "node = NEW.node AND version = NEW.version"),
        ("weight_judgement", "id = NEW.id"),
        ("weight_result", "node = NEW.node AND version = NEW.version"),
    ):
        _append_only(table, same)


def _asked() -> None:
    op.create_table(
        "weight_node",
        *_words("id", "name_zh", "name_en", "unit", "created_by"),
        _big("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_node")),
    )
    op.create_table(
        "weight_version",
        *_words("node"),
        _whole("version"),
        _text("criteria"),
        *_words("opened_by"),
        _big("opened_at"),
        sa.PrimaryKeyConstraint(*_VERSIONED, name=op.f("pk_weight_version")),
    )
    op.create_table(
        "weight_expert",
        *_words("node"),
        _whole("version"),
        *_words("person"),
        _whole("weight"),
        *_words("invited_by"),
        _big("invited_at"),
        *_words("released_by"),
        sa.Column("released_at", sa.BigInteger()),
        _text("reason"),
        sa.PrimaryKeyConstraint(*_VERSIONED, "person", name=op.f("pk_weight_expert")),
    )


def _said() -> None:
    op.create_table(
        "weight_judgement",
        sa.Column("id", _SERIAL, nullable=False),
        *_words("node"),
        _whole("version"),
        *_words("person"),
        _whole("first"),
        _whole("second"),
        _whole("says"),
        _big("said_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_judgement")),
    )
    op.create_index("ix_weight_judgement_node", "weight_judgement", ["node", "version", "person"])
    op.create_table(
        "weight_result",
        *_words("node"),
        _whole("version"),
        _text("body"),
        *_words("sha256"),
        _text("note"),
        *_words("frozen_by"),
        _big("frozen_at"),
        sa.PrimaryKeyConstraint(*_VERSIONED, name=op.f("pk_weight_result")),
    )


def _append_only(table: str, same: str) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE."""
    said = f"{table} can only be added to: ask again in another version"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 -- names above
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} "
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


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)
