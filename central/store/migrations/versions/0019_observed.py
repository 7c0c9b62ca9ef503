"""Counts of people and machines, lots, who looked at what"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables only, each of them only to be added to."""
    _counts()
    _lots()
    _findings()
    _views()
    for table, same in _SAME.items():
        _append_only(table, ("id = NEW.id", *same))


_SAME = {  # what INSERT OR REPLACE would put aside
    "site_count": (
        "project = NEW.project AND source = NEW.source AND author = NEW.author AND observed_at = NEW.observed_at"
        " AND refs = NEW.refs",
    ),
    "inspection_lot": ("replaces = NEW.replaces",),
    "safety_finding": ("replaces = NEW.replaces",),
    "viewing_purpose": (),
    "evidence_view": (),
}


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _bigs(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _flags(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _day(name: str) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=False)


def _numbered(name: str, *columns: sa.Column) -> None:
    key = sa.Column("id", _SERIAL, nullable=False)
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _counts() -> None:
    _numbered(
        "site_count",
        *_words("project"),
        *_bigs("observed_at"),
        *_words("source", "author"),
        *_whole("persons", nullable=True),
        *_texts("machines", nullable=True),
        *_texts("refs"),
        *_bigs("received_at"),
    )
    op.create_index("ix_site_count_project", "site_count", ["project", "observed_at"])
    op.create_index("uq_site_count_said", "site_count", ["project", "source", "author", "observed_at", "refs"], unique=True)


def _lots() -> None:
    _numbered(
        "inspection_lot",
        *_words("project", "item"),
        _day("day"),
        *_whole("inspected", "passed"),
        *_words("paper"),
        *_texts("remark"),
        *_words("author"),
        *_bigs("replaces", nullable=True),
        *_bigs("noted_at"),
    )
    op.create_index("ix_inspection_lot_project", "inspection_lot", ["project", "day"])
    op.create_index("uq_inspection_lot_replaces", "inspection_lot", ["replaces"], unique=True)


def _findings() -> None:
    _numbered(
        "safety_finding",
        *_words("project"),
        _day("day"),
        *_flags("serious", "withdrawn"),
        *_texts("what"),
        *_words("paper", "author"),
        *_bigs("replaces", nullable=True),
        *_bigs("noted_at"),
    )
    op.create_index("ix_safety_finding_project", "safety_finding", ["project", "day"])
    op.create_index("uq_safety_finding_replaces", "safety_finding", ["replaces"], unique=True)


def _views() -> None:
    _numbered(
        "viewing_purpose",
        *_words("person", "project", "purpose"),
        *_texts("remark"),
        *_bigs("stated_at", "until_at"),
    )
    op.create_index("ix_viewing_purpose_person", "viewing_purpose", ["person", "project", "until_at"])
    _numbered(
        "evidence_view",
        *_words("person", "role", "kind", "sha256", "project", "purpose"),
        *_texts("remark"),
        *_flags("stated"),
        *_bigs("viewed_at"),
    )
    op.create_index("ix_evidence_view_project", "evidence_view", ["project", "id"])
    op.create_index("ix_evidence_view_person", "evidence_view", ["person", "id"])


def _append_only(table: str, same: tuple[str, ...]) -> None:
    """Neither UPDATE nor DELETE (nor TRUNCATE), whoever asks; nor, on SQLite, INSERT OR REPLACE, which deletes without
    asking the trigger of deletions."""
    said = f"{table} can only be added to: correct by a row that replaces it"
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
