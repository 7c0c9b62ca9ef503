"""Organisation, lives of projects, programmes"""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables; of plans that are there already the decision is what the plan itself says."""
    _organisation()
    _plans()
    _lives()
    _papers()
    _remember_decisions()


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _days(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.Date(), nullable=nullable) for name in names]


def _decided() -> list[sa.Column]:
    return [*_words("state", "decided_by"), sa.Column("decided_at", sa.BigInteger()), *_texts("remark")]


def _numbered(name: str, *columns: sa.Column) -> None:
    """A table with a key of its own, found by project."""
    op.create_table(
        name,
        sa.Column("id", _SERIAL, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_project", name, ["project", "id"])


def _organisation() -> None:
    op.create_table(
        "organisation",
        *_whole("version"),
        *_texts("document"),
        *_words("sha256", "set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_organisation")),
    )
    op.create_table(
        "org_unit",
        *_words("id"),
        sa.Column("parent", sa.String()),
        *_words("kind", "name_zh", "name_en", "steward"),
        *_whole("depth", "position", "version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
    )
    op.create_index(op.f("ix_org_unit_parent"), "org_unit", ["parent"])
    op.create_index(op.f("ix_org_unit_name_zh"), "org_unit", ["name_zh"])
    op.create_table(
        "programme",
        *_words("id"),
        *_whole("version"),
        *_words("name_zh", "name_en"),
        *_texts("document"),
        *_words("sha256", "set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_programme")),
    )
    op.create_table(
        "lifecycle_template",
        *_words("name"),
        *_whole("version"),
        *_texts("document"),
        *_words("sha256", "set_by"),
        *_bigs("set_at"),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_lifecycle_template")),
    )


def _plans() -> None:
    op.create_table(
        "plan_decision",
        *_words("project"),
        *_whole("version"),
        *_days("finish"),
        *_whole("delay_days"),
        *_texts("reason"),
        *_words("approved_by"),
        *_bigs("decided_at"),
        *_texts("removed"),
        *_days("signed_on", "agreed_start", nullable=True),
        *_bigs("estimate_fen"),
        *_words("object_code", "unit_id"),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_plan_decision")),
    )
    _numbered(
        "plan_proposal",
        *_words("project"),
        *_whole("base_version"),
        *_texts("document"),
        *_words("sha256"),
        *_texts("reason"),
        *_words("proposed_by"),
        *_bigs("proposed_at"),
        *_decided(),
        sa.Column("version", sa.Integer()),
    )
    op.create_index(
        "uq_plan_proposal_open",
        "plan_proposal",
        ["project"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    _numbered(
        "pause_request",
        *_words("project"),
        *_days("first", "last"),
        *_words("cause"),
        *_texts("reason"),
        *_words("asked_by"),
        *_bigs("asked_at"),
        *_decided(),
    )


def _lives() -> None:
    _numbered("life_event", *_words("project", "kind"), *_days("day"), *_words("ref", "noted_by"), *_bigs("noted_at"))
    _numbered(
        "stage_plan",
        *_words("project", "stage"),
        *_days("planned_on"),
        *_words("responsible", "set_by"),
        *_bigs("set_at"),
    )
    _numbered(
        "stage_act",
        *_words("project", "stage"),
        *_days("actual_on"),
        *_words("responsible"),
        *_texts("documents"),
        *_words("template", "author"),
        *_bigs("submitted_at"),
        *_decided(),
    )


def _papers() -> None:
    _numbered(
        "permit_event",
        *_words("project", "permit", "state"),
        *_days("day"),
        *_words("ref"),
        *_texts("note"),
        *_words("noted_by"),
        *_bigs("noted_at"),
    )
    _numbered(
        "tax_year",
        *_words("project"),
        *_whole("year"),
        *_bigs("amount_fen", "target_fen"),
        *_words("ref", "noted_by"),
        *_bigs("noted_at"),
    )
    _numbered(
        "step_record",
        *_words("project", "item", "step"),
        *_whole("credit_bp"),
        *_days("done_on"),
        *_words("sha256", "author"),
        *_bigs("submitted_at"),
        *_decided(),
    )


def _remember_decisions() -> None:
    """The finish of a plan that was stored before decisions were: from its document, else from its project."""
    connection = op.get_bind()
    plans = connection.execute(
        sa.text(
            'SELECT p.project, p.version, p.imported_at, p.imported_by, p.reason, p.document, j.finish'
            ' FROM plan p JOIN project j ON j.id = p.project ORDER BY p.project, p.version'
        )
    ).all()
    first: dict[str, date] = {}
    for plan in plans:
        finish = _finish(plan.document) or date.fromisoformat(str(plan.finish))
        begun = first.setdefault(plan.project, finish)
        connection.execute(
            sa.text(
                "INSERT INTO plan_decision (project, version, finish, delay_days, reason, approved_by, decided_at,"
                " removed, estimate_fen, object_code, unit_id) VALUES (:project, :version, :finish, :delay_days,"
                " :reason, :by, :at, '[]', 0, '', '')"
            ).bindparams(sa.bindparam("finish", type_=sa.Date())),
            {
                "project": plan.project,
                "version": plan.version,
                "finish": finish,
                "delay_days": (finish - begun).days,
                "reason": plan.reason,
                "by": plan.imported_by,
                "at": plan.imported_at,
            },
        )


def _finish(document: str) -> date | None:
    try:
        return date.fromisoformat(json.loads(document)["project"]["finish"])
    except (ValueError, KeyError, TypeError):
        return None
