"""Reads versions of plans with their decisions, and revisions that wait."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from central.plan.document import ImportedPlan
from central.plan.exporting import plan_document
from central.plan.importing import read_plan_json
from central.plan.structure import PlanStructure
from central.store import tables
from central.store.load_project import load_project
from central.store.upsert import table_of

_PROPOSAL, _DECISION = table_of(tables.PlanProposal), table_of(tables.PlanDecision)
_PLAN, _USER, _GRANT = table_of(tables.Plan), table_of(tables.User), table_of(tables.Grant)
_APPROVERS = ("dept_head", "leader")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProposal:
    """A revision that waits or was decided; times in ms UTC."""

    id: int
    base_version: int
    document: str
    sha256: str
    reason: str
    proposed_by: str
    proposed_ms: int
    state: str
    decided_by: str
    decided_ms: int | None
    remark: str
    version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """A version that is or was in force, and why."""

    version: int
    finish: date
    delay_days: int
    reason: str
    author: str
    approved_by: str
    decided_ms: int
    removed: tuple[str, ...]


def proposals_of(connection: Connection, project: str) -> tuple[StoredProposal, ...]:
    """Every proposed revision of a project, oldest first."""
    rows = connection.execute(select(_PROPOSAL).where(_PROPOSAL.c.project == project).order_by(_PROPOSAL.c.id))
    return tuple(_proposal(row) for row in rows)


def proposal_of(connection: Connection, project: str, number: int) -> StoredProposal | None:
    """One of them."""
    row = connection.execute(select(_PROPOSAL).where(_PROPOSAL.c.project == project, _PROPOSAL.c.id == number)).first()
    return None if row is None else _proposal(row)


def open_proposal(connection: Connection, project: str) -> StoredProposal | None:
    """The one that waits."""
    waiting = select(_PROPOSAL).where(_PROPOSAL.c.project == project, _PROPOSAL.c.state == "open")
    row = connection.execute(waiting).first()
    return None if row is None else _proposal(row)


def versions_of(connection: Connection, project: str) -> tuple[PlanVersion, ...]:
    """Every version of a project's plan, oldest first: version 1 is the baseline."""
    rows = connection.execute(
        select(_DECISION, _PLAN.c.imported_by)
        .join(_PLAN, (_PLAN.c.project == _DECISION.c.project) & (_PLAN.c.version == _DECISION.c.version))
        .where(_DECISION.c.project == project)
        .order_by(_DECISION.c.version)
    )
    return tuple(
        PlanVersion(
            version=row.version,
            finish=row.finish,
            delay_days=row.delay_days,
            reason=row.reason,
            author=row.imported_by,
            approved_by=row.approved_by,
            decided_ms=row.decided_at,
            removed=tuple(json.loads(row.removed)),
        )
        for row in rows
    )


def plan_document_of(connection: Connection, project: str, version: int | None = None) -> dict[str, Any] | None:
    """The document of a version as it was stored, of the newest unless told; None when there is none."""
    stored = select(_PLAN.c.document).where(_PLAN.c.project == project)
    if version is not None:
        stored = stored.where(_PLAN.c.version == version)
    spelled = connection.execute(stored.order_by(_PLAN.c.version.desc()).limit(1)).scalar()
    if spelled is None:
        return None
    document = json.loads(spelled)
    return document if isinstance(document, dict) else None


def structure_of(connection: Connection, project: str) -> PlanStructure:
    """Lots, units, steps, key dates and dependencies of the newest plan; empty where its document is of no plan."""
    document = plan_document_of(connection, project)
    read = read_plan_json(document) if document is not None else ()
    return read.structure if isinstance(read, ImportedPlan) else PlanStructure()


def plan_file_of(connection: Connection, project: str) -> dict[str, Any] | None:
    """The plan in force as a document that can be written as a workbook; made anew where only its parts were kept."""
    document = plan_document_of(connection, project)
    if document is not None and "project" in document and "schema" in document:
        return document
    stored = load_project(connection, project)
    return None if stored is None else plan_document(stored)


def may_approve(connection: Connection, username: str) -> bool:
    """Whether an active person of this name has a role that approves plans."""
    held = (
        select(_GRANT.c.role)
        .join(_USER, _USER.c.id == _GRANT.c.user)
        .where(_USER.c.username == username, _USER.c.active.is_(True), _GRANT.c.role.in_(_APPROVERS))
    )
    return connection.execute(held).first() is not None


def _proposal(row: Any) -> StoredProposal:
    return StoredProposal(
        id=row.id,
        base_version=row.base_version,
        document=row.document,
        sha256=row.sha256,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_ms=row.proposed_at,
        state=row.state,
        decided_by=row.decided_by,
        decided_ms=row.decided_at,
        remark=row.remark,
        version=row.version,
    )
