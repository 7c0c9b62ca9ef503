"""Freezes reports and the documents made of them; each digest goes into the audit trail in the same transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert

from central.audit.trail import append
from central.report.document import Document, digest, encoded
from central.store import tables
from central.store.instants import to_ms
from central.store.read_reports import file_of, frozen_report, report_with
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_REPORT, _FILE = table_of(tables.Report), table_of(tables.ReportFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What a report belongs to: its project, its unit, its period (first day); who reads it goes by these."""

    project: str | None = None
    unit: str | None = None
    period: date | None = None


def freeze(connection: Connection, document: Document, placed: Placed, *, by: str, now_ms: int) -> Row[Any]:
    """Keep a report for ever. The same facts are the same report; of a period the first one made stays."""
    lock_head(connection)  # before looking: two who make the same make it once
    content = encoded(document)
    sha256 = digest(content)
    known = report_with(connection, sha256=sha256)
    if known is None and placed.period is not None:
        known = frozen_report(connection, kind=document.kind, about=document.about, period=placed.period)
    if known is not None:
        return known
    row = {
        "kind": document.kind, "about": document.about, "project": placed.project, "unit": placed.unit,
        "period": placed.period, "as_of_at": None if document.as_of is None else to_ms(document.as_of),
        "title_zh": document.title.zh, "title_en": document.title.en, "content": content, "sha256": sha256,
        "made_by": by, "made_at": now_ms,
    }  # fmt: skip
    made = connection.execute(insert(_REPORT).values(row).returning(*_REPORT.c)).one()
    detail = {"kind": document.kind, "about": document.about, "sha256": sha256}
    append(connection, at_ms=now_ms, actor=by, action="report.freeze", object_=f"report/{made.id}", detail=detail)
    return made


def keep_file(
    connection: Connection, number: int, content: bytes, *, language: str, format_: str, by: str, now_ms: int
) -> Row[Any]:
    """Keep the first rendering; a later one is not taken, the first is given back."""
    lock_head(connection)
    known = file_of(connection, number, language=language, format_=format_)
    if known is not None:
        return known
    sha256 = hashlib.sha256(content).hexdigest()
    row = {
        "report": number, "language": language, "format": format_, "sha256": sha256, "content": content,
        "rendered_at": now_ms,
    }  # fmt: skip
    made = connection.execute(insert(_FILE).values(row).returning(*_FILE.c)).one()
    detail = {"language": language, "format": format_, "sha256": sha256}
    append(connection, at_ms=now_ms, actor=by, action="report.render", object_=f"report/{number}", detail=detail)
    return made
