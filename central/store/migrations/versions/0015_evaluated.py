"""Cycles, tasks, evaluations, publication, objections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ADDED_TO = {
    "evaluation_policy": "version = NEW.version",
    "evaluation_result": "evaluation = NEW.evaluation AND round = NEW.round",
    "evaluation_event": "id = NEW.id",
    "task_event": "id = NEW.id",
    "task_snapshot": "task = NEW.task AND week = NEW.week",
    "year_artefact": "project = NEW.project AND year = NEW.year AND kind = NEW.kind",
    "third_report_file": "sha256 = NEW.sha256 AND project = NEW.project",
}
"""Tables whose rows only come, with the condition under which a row is there already."""


def upgrade() -> None:
    """New tables only."""
    _cycle_occasion()
    _evaluation_policy()
    _evaluation()
    _evaluation_form()
    _evaluation_result()
    _evaluation_approval()
    _evaluation_event()
    _evaluation_objection()
    _task()
    _task_event()
    _task_snapshot()
    _year_artefact()
    _unit_transfer()
    _third_report()
    _third_report_file()
    _audit_finding()
    _bulletin_item()
    _agenda_decision()
    for table, same in _ADDED_TO.items():
        _append_only(table, same)
    _keep_final()


def _cycle_occasion() -> None:
    op.create_table(
        "cycle_occasion",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_cycle_occasion")),
    )
    op.create_index("ix_cycle_occasion_at", "cycle_occasion", ["at"])


def _evaluation_policy() -> None:
    op.create_table(
        "evaluation_policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_evaluation_policy")),
    )


def _evaluation() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("period_kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("published_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("final_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index("ix_evaluation_period", "evaluation", ["period", "subject_kind"])
    op.create_index("ix_evaluation_state", "evaluation", ["state"])
    op.create_index("ix_evaluation_unit", "evaluation", ["unit"])
    op.create_index("uq_evaluation_subject", "evaluation", ["subject_kind", "subject", "period"], unique=True)


def _evaluation_form() -> None:
    op.create_table(
        "evaluation_form",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("evaluation", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filler", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_form")),
    )
    op.create_index("ix_evaluation_form_filler", "evaluation_form", ["filler"])
    op.create_index("ix_evaluation_form_of", "evaluation_form", ["evaluation", "round"])
    op.create_index("ix_evaluation_form_person", "evaluation_form", ["person"])
    op.create_index("ix_evaluation_form_state", "evaluation_form", ["state"])


def _evaluation_result() -> None:
    op.create_table(
        "evaluation_result",
        sa.Column("evaluation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("total", sa.Float()),
        sa.Column("grade", sa.String()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", "round", name=op.f("pk_evaluation_result")),
    )


def _evaluation_approval() -> None:
    op.create_table(
        "evaluation_approval",
        sa.Column("evaluation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", "round", "level", "seat", name=op.f("pk_evaluation_approval")),
    )


def _evaluation_event() -> None:
    op.create_table(
        "evaluation_event",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("evaluation", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("detail_json", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_event")),
    )
    op.create_index("ix_evaluation_event_of", "evaluation_event", ["evaluation", "id"])


def _evaluation_objection() -> None:
    op.create_table(
        "evaluation_objection",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("evaluation", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_objection")),
    )
    op.create_index("ix_evaluation_objection_of", "evaluation_objection", ["evaluation", "id"])


def _task() -> None:
    op.create_table(
        "task",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("follows", sa.String(), nullable=False),
        sa.Column("follows_ref", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress_bp", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_person", "task", ["person"])
    op.create_index("ix_task_project", "task", ["project", "id"])
    op.create_index("ix_task_state", "task", ["state", "due"])
    op.create_index("ix_task_unit", "task", ["unit"])
    op.create_index("uq_task_source", "task", ["month", "source"], unique=True)


def _task_event() -> None:
    op.create_table(
        "task_event",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("progress_bp", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_event")),
    )
    op.create_index("ix_task_event_of", "task_event", ["task", "id"])


def _task_snapshot() -> None:
    op.create_table(
        "task_snapshot",
        sa.Column("task", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress_bp", sa.Integer(), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task", "week", name=op.f("pk_task_snapshot")),
    )


def _year_artefact() -> None:
    op.create_table(
        "year_artefact",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", "year", "kind", name=op.f("pk_year_artefact")),
    )


def _unit_transfer() -> None:
    op.create_table(
        "unit_transfer",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("from_unit", sa.String(), nullable=False),
        sa.Column("to_unit", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("from_signed_by", sa.String(), nullable=False),
        sa.Column("from_signed_at", sa.BigInteger()),
        sa.Column("to_signed_by", sa.String(), nullable=False),
        sa.Column("to_signed_at", sa.BigInteger()),
        sa.Column("moved_at", sa.BigInteger()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_transfer")),
    )
    op.create_index("ix_unit_transfer_project", "unit_transfer", ["project", "id"])


def _third_report() -> None:
    op.create_table(
        "third_report",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_third_report")),
    )
    op.create_index("ix_third_report_project", "third_report", ["project", "month", "id"])


def _third_report_file() -> None:
    op.create_table(
        "third_report_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("put_by", sa.String(), nullable=False),
        sa.Column("put_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "project", name=op.f("pk_third_report_file")),
    )


def _audit_finding() -> None:
    op.create_table(
        "audit_finding",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_finding")),
    )
    op.create_index("ix_audit_finding_project", "audit_finding", ["project", "id"])


def _bulletin_item() -> None:
    op.create_table(
        "bulletin_item",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("waived_by", sa.String(), nullable=False),
        sa.Column("waived_at", sa.BigInteger()),
        sa.Column("waived_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_item")),
    )
    op.create_index("ix_bulletin_item_unit", "bulletin_item", ["unit"])
    op.create_index("uq_bulletin_item_origin", "bulletin_item", ["origin"], unique=True)


def _agenda_decision() -> None:
    op.create_table(
        "agenda_decision",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_decision")),
    )
    op.create_index("ix_agenda_decision_issue", "agenda_decision", ["issue", "id"])


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


def _keep_final() -> None:
    """What is final is changed and deleted by nobody."""
    said = "a final evaluation does not change"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER evaluation_final_{verb.lower()} BEFORE {verb} ON evaluation "
                f"WHEN OLD.state = 'final' BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION evaluation_final() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.state = 'final' THEN RAISE EXCEPTION '{said}'; END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER evaluation_final_kept BEFORE UPDATE OR DELETE ON evaluation "
        "FOR EACH ROW EXECUTE FUNCTION evaluation_final()"
    )
