"""Clauses, reports, duties and disputes as they are shown."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from central.api.quality_schemas import (
    BrokenClauseShown,
    Checks,
    ClausesShown,
    DailyReports,
    DailyReportShown,
    Disputes,
    DutyShown,
    FenceShown,
)
from central.api.schemas import Text
from central.plan.calendar import midnight
from central.quality.duty import duty_state
from central.quality.proof import reason_text
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_checked import (
    StoredReport,
    clause_findings,
    disputed_items,
    disputes_of,
    duty_span,
    newest_clauses,
    newest_fence,
    reported_in_time,
    reports_before,
)
from central.store.upsert import table_of

_PROGRESS = table_of(tables.ProgressState)


def clauses_shown(session: Session, project: str) -> ClausesShown:
    """The clauses in force."""
    row = newest_clauses(session.connection(), project)
    if row is None:
        return ClausesShown(project=project, version=0, clauses=[])
    clauses = json.loads(row.document)["clauses"]
    return ClausesShown.model_validate({"project": project, "version": row.version, "clauses": clauses})


def fence_shown(session: Session, project: str) -> FenceShown:
    """The fence in force."""
    row = newest_fence(session.connection(), project)
    if row is None:
        return FenceShown(project=project, version=0, datum=None, geometry=None)
    geometry = json.loads(row.document)
    return FenceShown.model_validate(
        {"project": project, "version": row.version, "datum": row.datum, "geometry": geometry}
    )


def reports_shown(session: Session, project: str, *, before: int | None, limit: int) -> DailyReports:
    """A page of reports."""
    found = reports_before(session.connection(), project, before=before, limit=limit + 1)
    shown = [report_shown(report) for report in found[:limit]]
    return DailyReports(project=project, reports=shown, next=shown[-1].id if len(found) > limit else None)


def report_shown(report: StoredReport) -> DailyReportShown:
    """A report with what was decided of its photos and claims when it came."""
    said, verdicts = report.document, report.verdicts
    compared = {one["item"]: one for one in verdicts["compared"]}
    submitted = from_ms(report.submitted_ms)
    return DailyReportShown.model_validate(
        {
            "id": report.id,
            "project": report.project,
            "day": report.day,
            "kind": report.kind,
            "author": report.author,
            "note": said["note"],
            "stage": said["stage"],
            "submitted_at": submitted,
            "in_time": submitted < midnight(report.day + timedelta(days=1)),
            "counted": verdicts["counted"],
            "photos": [_photo(photo) for photo in verdicts["photos"]],
            "claims": [
                _claim(item, value, compared.get(item), fell=item in verdicts["fell"])
                for item, value in sorted(said["claims"].items())
            ],
        }
    )


def checks_shown(session: Session, project: str, *, as_of: date, now: datetime) -> Checks:
    """What does not hold on a day, and the duties of its month up to it."""
    connection = session.connection()
    found = clause_findings(connection, project, as_of=as_of)
    duties = _duties(session, project, first=as_of.replace(day=1), last=as_of, now=now)
    return Checks(
        project=project,
        as_of=as_of,
        findings=[
            BrokenClauseShown(
                code=one.code,
                clause=one.clause,
                quote=one.quote,
                text=Text(zh=one.text.zh, en=one.text.en),
                day=one.day,
                days=one.days,
                ref=one.ref or None,
            )
            for one in found
        ],
        duties=duties,
        missed=sum(one.state == "missed" for one in duties),
        open_disputes=len(disputed_items(connection, project)),
    )


def disputes_shown(session: Session, project: str, *, before: int | None, limit: int) -> Disputes:
    """A page of disputes, each with the value that is published now."""
    rows = disputes_of(session.connection(), project, before=before, limit=limit + 1)
    shown = [_dispute(session, row) for row in rows[:limit]]
    following = rows[limit - 1].id if len(rows) > limit else None
    return Disputes.model_validate({"project": project, "disputes": shown, "next": following})


def _duties(session: Session, project: str, *, first: date, last: date, now: datetime) -> list[DutyShown]:
    span = duty_span(session.connection(), project)
    if span is None:
        return []
    came = reported_in_time(session.connection(), project, first=first, last=last)
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        end_ms = to_ms(midnight(day + timedelta(days=1)))
        state = duty_state(span, day, reported=came.get(day, end_ms) < end_ms, now=now)
        if state != "none" and day <= district_day(now):
            found.append(DutyShown(day=day, state=state))
    return found


def _dispute(session: Session, row: Any) -> dict[str, Any]:
    newest = (
        select(_PROGRESS.c.value_bp)
        .where(_PROGRESS.c.subject == row.item)
        .order_by(_PROGRESS.c.as_of_at.desc())
        .limit(1)
    )
    return {
        "id": row.id,
        "item": row.item,
        "author": row.author,
        "report": row.report,
        "auto_bp": row.auto_bp,
        "human_bp": row.human_bp,
        "tolerance_bp": row.tolerance_bp,
        "published_bp": session.connection().execute(newest).scalar(),
        "observed_at": from_ms(row.observed_at),
        "state": row.state,
        "settled_by": row.settled_by or None,
        "remark": row.remark,
    }


def _photo(verdict: dict[str, Any]) -> dict[str, Any]:
    reasons = [{"code": code, "text": _words(code)} for code in verdict["reasons"]]
    return {**verdict, "reasons": reasons}


def _words(code: Any) -> dict[str, str]:
    text = reason_text(code)
    return {"zh": text.zh, "en": text.en}


def _claim(item: str, value_bp: int, compared: dict[str, Any] | None, *, fell: bool) -> dict[str, Any]:
    auto_bp = None if compared is None else compared["auto_bp"]
    disputed = compared is not None and abs(value_bp - compared["auto_bp"]) > compared["tolerance_bp"]
    return {"item": item, "value_bp": value_bp, "auto_bp": auto_bp, "disputed": disputed, "fell": fell}
