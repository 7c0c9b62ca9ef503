"""A third party's signed reports of projects, month by month (D25): the paper by its digest, the points as a sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.forms import RUNNING_SET, filled
from central.evaluate.roster import Roster
from central.scoring.period import Period
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.sheet import Sheet
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_roster import roster_at
from central.store.save_audit import lock_head
from central.store.save_sheets import put_sheet
from central.store.upsert import insert_new, table_of

_REPORT, _FILE, _PROJECT = table_of(tables.ThirdReport), table_of(tables.ThirdReportFile), table_of(tables.Project)
FILE_BYTES_MAX = 20 * 1024 * 1024
PDF_MAGIC = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a third party hands in: points a leaf, the digest of its report, who signed it and when."""

    points: Mapping[str, float]
    file: str
    signer: str
    signed_on: date
    note: str = ""


def put_file(connection: Connection, project: str, content: bytes, *, sha256: str, person: str, now_ms: int) -> None:
    """Keep the bytes of a report (PDF); again the same changes nothing. ScoringRefused where they are not what their
    digest says, or no PDF."""
    lock_head(connection)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise _refused(
            "conflict", f"内容摘要为 {found[:12]}…", f"the content has digest {found[:12]}…", "sha256", sha256
        )
    if not content.startswith(PDF_MAGIC):
        raise _refused("unknown", "不是 PDF 文件", "the file is no PDF", "body", "PDF")
    known = select(_FILE.c.sha256).where(_FILE.c.sha256 == sha256, _FILE.c.project == project)
    if connection.execute(known).first() is not None:
        return
    row = {
        "sha256": sha256, "project": project, "content": content, "media_type": "application/pdf", "put_by": person,
        "put_at": now_ms,
    }  # fmt: skip
    insert_new(connection, tables.ThirdReportFile, [row])
    detail = {"sha256": sha256, "bytes": len(content)}
    _trail(connection, project, person, now_ms, event="third_report.file", detail=detail)


def put_report(connection: Connection, project: str, month: Period, signed: Signed, *, person: str, now_ms: int) -> int:
    """Keep a report with its points; its number. A later one of the same month takes its place in evaluations.

    Nobody of the project's unit nor whoever runs or builds it hands one in; its file must be there; it is signed after
    the month began and not in the future; a month that is not over cannot be told of."""
    lock_head(connection)
    row = connection.execute(select(_PROJECT).where(_PROJECT.c.id == project)).first()
    if row is None:
        raise UnknownThing(f"project {project}", where="project", expected="one that is there")
    people, today = roster_at(connection, at_ms=now_ms), district_day(from_ms(now_ms))
    _check_outside(people, row, person)
    if not month.first <= signed.signed_on <= today:
        what = f"{signed.signed_on}"
        raise _refused("conflict", what, what, "signed_on", f"{month.first} - {today}")
    if month.kind != "month" or month.last >= today:
        raise _refused("conflict", f"{month.name} 尚未结束", f"{month.name} is not over", "month", "YYYY-MM")
    there = select(_FILE.c.sha256).where(_FILE.c.sha256 == signed.file, _FILE.c.project == project)
    if connection.execute(there).first() is None:
        raise _refused(
            "missing", "报告文件尚未上传", "the report's file is not there", "file", "PUT …/third-reports/SHA256"
        )
    sheet = put_sheet(
        connection,
        Sheet(
            subject=Subject(kind="project", id=project), period=month, kind="third", set=RUNNING_SET,
            values=filled(RUNNING_SET, signed.points, form=f"file/{signed.file}"), taken_at=from_ms(now_ms),
            author=person,
        ),
        now_ms=now_ms,
    )  # fmt: skip
    values = {
        "project": project, "month": month.name, "sheet": sheet, "file": signed.file, "signer": signed.signer,
        "signed_on": signed.signed_on, "note": signed.note, "uploaded_by": person, "uploaded_at": now_ms,
    }  # fmt: skip
    number = int(connection.execute(insert(_REPORT).values(**values).returning(_REPORT.c.id)).scalar_one())
    detail = {"report": number, "month": month.name, "sheet": sheet, "file": signed.file, "signer": signed.signer}
    _trail(connection, project, person, now_ms, event="third_report.handed_in", detail=detail)
    return number


def third_reports(connection: Connection, project: str) -> list[Row[Any]]:
    """Every report of a project with its points, newest first."""
    sheet = table_of(tables.ScoreSheet)
    joined = _REPORT.outerjoin(sheet, sheet.c.id == _REPORT.c.sheet)
    wanted = select(_REPORT, sheet.c.total, sheet.c.grade).select_from(joined).where(_REPORT.c.project == project)
    return list(connection.execute(wanted.order_by(_REPORT.c.id.desc()).limit(200)))


def third_file(connection: Connection, project: str, sha256: str) -> Row[Any] | None:
    """The bytes of a report of a project."""
    return connection.execute(select(_FILE).where(_FILE.c.sha256 == sha256, _FILE.c.project == project)).first()


def _check_outside(people: Roster, project: Row[Any], person: str) -> None:
    if person not in people.insiders(unit=project.unit_zh, project=project.id):
        return
    raise ScoringRefused(
        "own_work", Text(zh="项目一方不能提交第三方报告", en="a third party's report by whoever runs the project"),
        where="actor", expected=Text(zh="与项目无关的第三方", en="a third party outside the project"),
    )  # fmt: skip


def _refused(code: RefusalCode, zh: str, en: str, where: str, expected: str) -> ScoringRefused:
    return ScoringRefused(code, Text(zh=zh, en=en), where=where, expected=Text(zh=expected, en=expected))


def _trail(
    connection: Connection, project: str, person: str, now_ms: int, *, event: str, detail: dict[str, Any]
) -> None:
    append(connection, at_ms=now_ms, actor=person, action=event, object_=f"project/{project}", detail=detail)
