"""Project, performance and audit of one project as three tabs (D23), and what follows findings and bulletins."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from central.api.access import Access
from central.api.evaluation_schemas import AuditFindingShown, EvaluationShown
from central.api.oversight_schemas import (
    ArtefactShown,
    BulletinItemShown,
    Oversight,
    ProjectTab,
    ThirdReports,
    ThirdShown,
    Transfers,
    TransferShown,
)
from central.api.policy import Place, covers, usable
from central.api.schemas import Text
from central.api.views.evaluations import leaves_of, shown
from central.api.views.timeline import text_of
from central.evaluate.forms import RUNNING_SET
from central.evaluate.remedy import FOLLOW_UP_WORDS
from central.evaluate.transfer import Transfer
from central.store import tables
from central.store.instants import from_ms
from central.store.read_evaluated import evaluation_of
from central.store.read_transfers import transfers_of, unit_on
from central.store.save_followed import Followed, findings_of
from central.store.save_third import third_reports
from central.store.save_year import artefacts_of
from central.store.upsert import table_of

_PROJECT, _EVALUATION = table_of(tables.Project), table_of(tables.EvaluationRow)


def oversight_shown(connection: Connection, project: str, access: Access) -> Oversight:
    """Three tabs on one project; the caller reads the project, and the others as far as his roles there go."""
    row = connection.execute(select(_PROJECT).where(_PROJECT.c.id == project)).one()
    place = Place(project=row.id, unit=row.unit_zh, street=row.street_zh)

    def may(action: Any) -> bool:
        return covers(usable(access.grants, action=action), place=place)

    evaluated = may("read_evaluations")
    return Oversight(
        project=_project(connection, row, money=may("read_money")),
        performance=_performance(connection, project, access) if evaluated else None,
        third=_third(connection, project) if evaluated or may("third_report") else None,
        audit=findings_shown(connection, project) if may("read_findings") else None,
    )


def findings_shown(connection: Connection, project: str) -> list[AuditFindingShown]:
    """Findings of a project, newest first."""
    return [
        AuditFindingShown(
            id=row.id, title=row.title, text=row.text, severity=row.severity, basis=row.basis, found_on=row.found_on,
            found_by=row.found_by, state=row.state, rectification=row.measure, rectification_state=row.measure_state,
            closed_by=row.closed_by, remark=row.remark,
        )
        for row in findings_of(connection, project)
    ]  # fmt: skip


def third_shown(connection: Connection, project: str) -> ThirdReports:
    """Reports of third parties, and what the next one is asked."""
    return ThirdReports(reports=_third(connection, project), leaves=leaves_of(RUNNING_SET, {}))


def transfers_shown(connection: Connection, project: str, *, today: date) -> Transfers:
    """Transfers of a project, and the unit that answers for it today."""
    found = [transfer_shown(one) for one in transfers_of(connection, project)]
    return Transfers(unit=unit_on(connection, project, today), transfers=found)


def transfer_shown(one: Transfer) -> TransferShown:
    """One transfer."""
    return TransferShown(
        id=one.id, project=one.project, from_unit=one.from_unit, to_unit=one.to_unit, effective_on=one.effective_on,
        state=one.state, from_signed_by=one.from_signed_by, to_signed_by=one.to_signed_by,
    )  # fmt: skip


def item_shown(one: Followed) -> BulletinItemShown:
    """A bulletin item with what became of it."""
    row = one.row
    return BulletinItemShown(
        id=row.id, kind=row.kind, period=row.period, unit=row.unit, project=row.project or None,
        text=Text(zh=row.text_zh, en=row.text_en), told_on=row.told_on, state=one.state,
        word=text_of(FOLLOW_UP_WORDS[one.state]), rectification=one.measure, waived_by=row.waived_by,
        waived_reason=row.waived_reason,
    )  # fmt: skip


def _project(connection: Connection, row: Row[Any], *, money: bool) -> ProjectTab:
    found = artefacts_of(connection, row.id)
    return ProjectTab(
        id=row.id, name=Text(zh=row.name_zh, en=row.name_en), unit=row.unit_zh,
        budget_fen=row.budget_fen if money else None, plan_version=row.plan_version, start=row.start,
        finish=row.finish,
        artefacts=[
            ArtefactShown(
                year=one.year, kind=one.kind, sha256=one.sha256, made_at=from_ms(one.made_at),
                document=json.loads(one.document),
            )
            for one in found
            if money or one.kind == "evaluation"
        ],
    )  # fmt: skip


def _performance(connection: Connection, project: str, access: Access) -> list[EvaluationShown]:
    mine = (_EVALUATION.c.subject_kind == "project", _EVALUATION.c.subject == project)
    rows = connection.execute(select(_EVALUATION).where(*mine).order_by(_EVALUATION.c.period.desc()))
    return list(shown(connection, [evaluation_of(row) for row in rows], access))


def _third(connection: Connection, project: str) -> list[ThirdShown]:
    return [
        ThirdShown(
            id=row.id, month=row.month, total=row.total, grade=row.grade, sheet=row.sheet, file=row.file,
            signer=row.signer, signed_on=row.signed_on, note=row.note, uploaded_by=row.uploaded_by,
            uploaded_at=from_ms(row.uploaded_at),
        )
        for row in third_reports(connection, project)
    ]  # fmt: skip
