"""The append-only ledger of money, its locked months and what was refused of an import."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial

APPEND_ONLY = (
    "fund_entry",
    "fund_conflict",
    "fund_lock",
    "payment_terms",
)  # the database refuses to change or delete their rows


class FundEntry(SQLModel, table=True):
    """The nth entry of a project: see `central.money.posting.Posted`. `flags` joined by ','."""

    __tablename__: ClassVar[str] = "fund_entry"
    __table_args__ = (
        Index("uq_fund_entry_voucher", "project", "voucher", unique=True),
        Index(
            "uq_fund_entry_reverses",
            *("project", "reverses"),
            unique=True,
            sqlite_where=text("reverses <> ''"),
            postgresql_where=text("reverses <> ''"),
        ),
        Index("ix_fund_entry_project_day", "project", "day", "nth"),
        Index("ix_fund_entry_day", "day", "project", "nth"),
        Index("ix_fund_entry_payee", "payee", "day"),
        Index("ix_fund_entry_object", "object_code"),
    )
    project: str = Field(primary_key=True)
    nth: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    voucher: str
    kind: str
    day: date
    amount_fen: int = big()
    line: str
    contract: str
    payee: str
    wage_fen: int = big()
    reverses: str
    approver: str
    object_code: str
    note: str = long_text()
    source: str
    flags: str
    posted_by: str
    posted_at: int = big()
    prev_hash: str
    hash: str


class FundAccount(SQLModel, table=True):
    """Head of a project's chain and the sums of its entries; a function of them. Who posts holds its row."""

    __tablename__: ClassVar[str] = "fund_account"
    project: str = Field(primary_key=True)
    entries: int = big()
    head_hash: str
    released_fen: int = big()
    paid_fen: int = big()


class FundMonth(SQLModel, table=True):
    """Sums of a project's month by kind and, apart from each other, by line and by payee (`dimension`); a function of
    the entries, so that a query of years reads months."""

    __tablename__: ClassVar[str] = "fund_month"
    project: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    amount_fen: int = big()
    entries: int = big()


class FundLock(SQLModel, table=True):
    """This month, named by its first day, and all before it are closed for the whole district."""

    __tablename__: ClassVar[str] = "fund_lock"
    month: date = Field(primary_key=True)
    locked_by: str
    locked_at: int = big()


class FundConflict(SQLModel, table=True):
    """Other content under a voucher that is there: what was given as JSON, and the names of what differs."""

    __tablename__: ClassVar[str] = "fund_conflict"
    __table_args__ = (
        Index("uq_fund_conflict_given", "project", "voucher", "digest", unique=True),
        Index("ix_fund_conflict_project", "project", "id"),
    )
    id: int | None = serial()
    project: str
    voucher: str
    digest: str
    differs: str
    document: str = long_text()
    source: str
    given_by: str
    given_at: int = big()


class FundImport(SQLModel, table=True):
    """One file of entries: how many of its rows became what. `ended_at` None = broken off; it may come again."""

    __tablename__: ClassVar[str] = "fund_import"
    id: int | None = serial()
    sha256: str
    filename: str = long_text()
    imported_by: str
    began_at: int = big()
    ended_at: int | None = big(default=None)
    posted: int = 0
    known: int = 0
    conflicts: int = 0
    refused: int = 0


class FundRefused(SQLModel, table=True):
    """A row of a file that was not taken: `column` is its header, `document` the row as JSON. In two languages."""

    __tablename__: ClassVar[str] = "fund_refused"
    import_id: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    row: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    column: str
    code: str
    what_zh: str = long_text()
    what_en: str = long_text()
    expected_zh: str = long_text()
    expected_en: str = long_text()
    document: str = long_text()


class PaymentTerms(SQLModel, table=True):
    """What a project's contract says of payment: see `central.money.disburse.Terms`. The newest version is in force."""

    __tablename__: ClassVar[str] = "payment_terms"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rate_bp: int
    advance_fen: int = big()
    advance_until_bp: int
    retention_bp: int
    wage_month_fen: int = big()
    due_days: int
    set_by: str
    set_at: int = big()
