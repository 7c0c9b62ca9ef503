"""Rankings, consequences, appeals, adjustments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BY_ID = "id = NEW.id"
APPEND_ONLY = {  # and what makes a row the same as one that is there
    "result_table": "version = NEW.version",
    "ranking": "id = NEW.id OR (group_id = NEW.group_id AND period = NEW.period)",
    "ranking_place": "ranking = NEW.ranking AND subject_kind = NEW.subject_kind AND subject = NEW.subject",
    "suggestion": "id = NEW.id OR origin = NEW.origin",
    "suggestion_act": "suggestion = NEW.suggestion AND act = NEW.act",
    "target_adjustment": _BY_ID,
    "adjustment_act": "adjustment = NEW.adjustment AND act = NEW.act",
    "unit_change": _BY_ID,
    "personal_look": _BY_ID,
    "best_practice": _BY_ID,
    "practice_act": "practice = NEW.practice AND act = NEW.act",
    "livelihood_flag": _BY_ID,
}


def upgrade() -> None:
    """New tables only; all but `followed_period` only to be added to."""
    _rankings()
    _suggestions()
    _adjustments()
    _persons()
    _shown()
    for table, same in APPEND_ONLY.items():
        _append_only(table, same)


def _rankings() -> None:
    op.create_table(
        "result_table",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _day("since"),
        *_texts("document"),
        *_words("sha256", "set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_result_table")),
    )
    _numbered(
        "ranking",
        *_words("group_id", "period"),
        *_whole("policy"),
        *_words("state"),
        *_whole("n"),
        *_words("sha256"),
        *_bigs("made_at"),
    )
    op.create_index("uq_ranking_of", "ranking", ["group_id", "period"], unique=True)
    op.create_index("ix_ranking_period", "ranking", ["period"])
    op.create_table(
        "ranking_place",
        sa.Column("ranking", sa.BigInteger(), autoincrement=False, nullable=False),
        *_words("subject_kind", "subject"),
        *_bigs("points_e9"),
        *_whole("rank", nullable=True),
        *_flags("first", "last", "top", "bottom"),
        *_texts("refs"),
        sa.PrimaryKeyConstraint("ranking", "subject_kind", "subject", name=op.f("pk_ranking_place")),
    )
    op.create_index("ix_ranking_place_subject", "ranking_place", ["subject_kind", "subject"])
    op.create_table(
        "followed_period",
        *_words("period"),
        *_whole("finals"),
        *_bigs("at"),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_followed_period")),
    )


def _suggestions() -> None:
    _numbered(
        "suggestion",
        *_words("origin", "kind", "subject_kind", "subject", "unit", "period", "group_id"),
        *_texts("basis", "reason_zh", "reason_en"),
        *_whole("policy"),
        *_words("decider"),
        *_whole("appeal_days"),
        *_flags("hearing"),
        *_whole("cut_bp", nullable=True),
        *_bigs("budget_fen", "amount_fen", nullable=True),
        *_words("author"),
        *_bigs("made_at"),
    )
    op.create_index("uq_suggestion_origin", "suggestion", ["origin"], unique=True)
    op.create_index("ix_suggestion_subject", "suggestion", ["subject_kind", "subject"])
    op.create_index("ix_suggestion_period", "suggestion", ["period", "kind"])
    op.create_table(
        "suggestion_act",
        sa.Column("suggestion", sa.BigInteger(), autoincrement=False, nullable=False),
        *_words("act", "actor"),
        *_bigs("at"),
        *_texts("words", "hearing"),
        *_whole("cut_bp", nullable=True),
        *_bigs("amount_fen", nullable=True),
        _day("closes_on", nullable=True),
        sa.PrimaryKeyConstraint("suggestion", "act", name=op.f("pk_suggestion_act")),
    )
    op.create_index(op.f("ix_suggestion_act_actor"), "suggestion_act", ["actor"])


def _adjustments() -> None:
    _numbered(
        "target_adjustment",
        *_words("subject_kind", "subject", "unit", "indicator"),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("before", "target")),
        *_texts("reason", "evidence"),
        *_words("tier", "author"),
        _day("entered_on"),
        *_bigs("entered_at"),
    )
    op.create_index("ix_target_adjustment_of", "target_adjustment", ["subject_kind", "subject", "indicator"])
    op.create_table(
        "adjustment_act",
        sa.Column("adjustment", sa.BigInteger(), autoincrement=False, nullable=False),
        *_words("act", "actor"),
        *_bigs("at"),
        *_texts("remark"),
        *_words("tier"),
        _day("effective", nullable=True),
        sa.PrimaryKeyConstraint("adjustment", "act", name=op.f("pk_adjustment_act")),
    )


def _persons() -> None:
    _numbered(
        "unit_change",
        *_words("unit"),
        _day("day"),
        *_words("kind"),
        *_texts("reason"),
        *_words("noted_by"),
        *_bigs("noted_at"),
    )
    op.create_index(op.f("ix_unit_change_unit"), "unit_change", ["unit"])
    _numbered("personal_look", *_words("person", "what", "looker", "seat"), *_bigs("at"))
    op.create_index("ix_personal_look_person", "personal_look", ["person", "id"])


def _shown() -> None:
    _numbered(
        "best_practice",
        *_words("unit", "project", "title"),
        *_texts("summary", "evidence", "tags"),
        *_words("author"),
        *_bigs("entered_at"),
    )
    op.create_index(op.f("ix_best_practice_unit"), "best_practice", ["unit"])
    op.create_table(
        "practice_act",
        sa.Column("practice", sa.BigInteger(), autoincrement=False, nullable=False),
        *_words("act", "actor"),
        *_bigs("at"),
        *_texts("remark"),
        sa.PrimaryKeyConstraint("practice", "act", name=op.f("pk_practice_act")),
    )
    _numbered(
        "livelihood_flag",
        *_words("project"),
        *_whole("year"),
        *_flags("listed"),
        *_texts("promise_zh", "promise_en"),
        *_words("set_by"),
        *_bigs("set_at"),
    )
    op.create_index("ix_livelihood_flag_project", "livelihood_flag", ["project", "year", "id"])


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


def _numbered(name: str, *columns: sa.Column) -> None:
    key = sa.Column("id", _SERIAL, nullable=False)
    op.create_table(name, key, *columns, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _flags(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _day(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=nullable)
