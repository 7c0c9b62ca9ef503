"""The ledger of money"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = {  # and what makes a row the same as one that is there
    "fund_entry": (
        "project = NEW.project AND nth = NEW.nth",
        "project = NEW.project AND voucher = NEW.voucher",
        "NEW.reverses <> '' AND reverses <> '' AND project = NEW.project AND reverses = NEW.reverses",
    ),
    "fund_conflict": ("id = NEW.id", "project = NEW.project AND voucher = NEW.voucher AND digest = NEW.digest"),
    "fund_lock": ("month = NEW.month",),
    "payment_terms": ("project = NEW.project AND version = NEW.version",),
}
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Eight tables; four of them can only be added to."""
    _entries()
    _derived()
    _handed_in()
    _terms()
    for table, same in APPEND_ONLY.items():
        _append_only(table, same)


def _entries() -> None:
    op.create_table(
        "fund_entry",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("nth", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("voucher", "kind"),
        sa.Column("day", sa.Date(), nullable=False),
        *_bigs("amount_fen"),
        *_texts("line", "contract", "payee"),
        *_bigs("wage_fen"),
        *_texts("reverses", "approver", "object_code"),
        sa.Column("note", sa.Text(), nullable=False),
        *_texts("source", "flags", "posted_by"),
        *_bigs("posted_at"),
        *_texts("prev_hash", "hash"),
        sa.PrimaryKeyConstraint("project", "nth", name=op.f("pk_fund_entry")),
    )
    op.create_index("uq_fund_entry_voucher", "fund_entry", ["project", "voucher"], unique=True)
    where = sa.text("reverses <> ''")
    op.create_index(
        "uq_fund_entry_reverses",
        "fund_entry",
        ["project", "reverses"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_fund_entry_project_day", "fund_entry", ["project", "day", "nth"])
    op.create_index("ix_fund_entry_day", "fund_entry", ["day", "project", "nth"])
    op.create_index("ix_fund_entry_payee", "fund_entry", ["payee", "day"])
    op.create_index("ix_fund_entry_object", "fund_entry", ["object_code"])


def _derived() -> None:
    op.create_table(
        "fund_account",
        *_texts("project"),
        *_bigs("entries"),
        *_texts("head_hash"),
        *_bigs("released_fen", "paid_fen"),
        sa.PrimaryKeyConstraint("project", name=op.f("pk_fund_account")),
    )
    op.create_table(
        "fund_month",
        *_texts("project"),
        sa.Column("month", sa.Date(), nullable=False),
        *_texts("dimension", "kind", "name"),
        *_bigs("amount_fen", "entries"),
        sa.PrimaryKeyConstraint("project", "month", "dimension", "kind", "name", name=op.f("pk_fund_month")),
    )


def _handed_in() -> None:
    op.create_table(
        "fund_lock",
        sa.Column("month", sa.Date(), nullable=False),
        *_texts("locked_by"),
        *_bigs("locked_at"),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_fund_lock")),
    )
    op.create_table(
        "fund_conflict",
        sa.Column("id", SERIAL, nullable=False),
        *_texts("project", "voucher", "digest", "differs"),
        sa.Column("document", sa.Text(), nullable=False),
        *_texts("source", "given_by"),
        *_bigs("given_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_conflict")),
    )
    op.create_index("uq_fund_conflict_given", "fund_conflict", ["project", "voucher", "digest"], unique=True)
    op.create_index("ix_fund_conflict_project", "fund_conflict", ["project", "id"])
    op.create_table(
        "fund_import",
        sa.Column("id", SERIAL, nullable=False),
        *_texts("sha256"),
        sa.Column("filename", sa.Text(), nullable=False),
        *_texts("imported_by"),
        *_bigs("began_at"),
        sa.Column("ended_at", sa.BigInteger()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("posted", "known", "conflicts", "refused")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_import")),
    )
    op.create_table(
        "fund_refused",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("column", "code"),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("what_zh", "what_en", "expected_zh", "expected_en", "document")
        ),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_fund_refused")),
    )


def _terms() -> None:
    op.create_table(
        "payment_terms",
        *_texts("project"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        *_bigs("advance_fen"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("advance_until_bp", "retention_bp")),
        *_bigs("wage_month_fen"),
        sa.Column("due_days", sa.Integer(), nullable=False),
        *_texts("set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_payment_terms")),
    )


def _append_only(table: str, same: tuple[str, ...]) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE, which deletes without
    asking the trigger of deletions."""
    said = f"{table} can only be added to: correct by a reversal"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {one})" for one in same)  # noqa: S608 -- names above
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


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]
