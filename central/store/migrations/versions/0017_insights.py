"""Classes of projects, practices, benefits, pages seen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ADDED_TO = ("project_class", "process_tag", "benefit_record")


def upgrade() -> None:
    """New tables; three of them can only be added to."""
    _numbered("project_class", *_words("project", "kind", "sector", "set_by"), *_bigs("set_at"))
    op.create_index("ix_project_class_project", "project_class", ["project", "id"])
    _numbered(
        "process_tag",
        *_words("place_kind", "place", "kind", "name_zh", "name_en", "evidence", "set_by"),
        *_bigs("set_at"),
    )
    op.create_index("ix_process_tag_place", "process_tag", ["place_kind", "place", "kind", "id"])
    _numbered(
        "benefit_record",
        *_words("project"),
        sa.Column("year", sa.Integer(), nullable=False),
        *_bigs("benefit_fen"),
        sa.Column("method", sa.Text(), nullable=False),
        *_words("evidence", "noted_by"),
        *_bigs("noted_at"),
    )
    op.create_index("ix_benefit_record_project", "benefit_record", ["project", "year", "id"])
    op.create_table(
        "page_view",
        sa.Column("day", sa.Date(), nullable=False),
        *_words("person", "page"),
        sa.PrimaryKeyConstraint("day", "person", "page", name=op.f("pk_page_view")),
    )
    for table in _ADDED_TO:
        _append_only(table)


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _numbered(name: str, *columns: sa.Column) -> None:
    key = sa.Column("id", _SERIAL, nullable=False)
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _append_only(table: str) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE, which deletes without
    asking the trigger of deletions."""
    said = f"{table} can only be added to: the newest row is in force"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{said}'); END"
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
