"""What a reference names: each kind that a value, warning or sheet may have behind it, read in one query a kind.

Kinds: report/N (daily report), warning/N, case/N, rectification/N, ledger/PROJECT/NTH, quality/YYYY-MM/UNIT, lot/N,
safety/N, requests/N (a day's complaints or services), saving/N, step/N (paper of a work step), life/PROJECT/KIND,
entry/N (a value a person entered), photo/SHA256, paper/SHA256 (evidence of an entry), form/N (of an evaluation),
file/SHA256 (of a third party), sheet/ID (score sheet). GATEWAY/EPOCH/SEQ are records (`central.store.read_records`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from central.domain import Text
from central.store import tables
from central.store.instants import from_ms
from central.store.named import Named
from central.store.read_form_refs import named_files, named_forms
from central.store.read_places import is_number
from central.store.upsert import table_of

INSIDE_MAX = 50  # references of one thing that are passed on


def kind_of(ref: str) -> str:
    """The kind of a reference: its first word where that is one of the known, else 'record' for three parts that end in
    a number, else ''."""
    first, _, rest = ref.partition("/")
    if rest and first in _READERS:
        return first
    parts = ref.split("/")
    return "record" if len(parts) == 3 and is_number(parts[2]) else ""


def named_refs(connection: Connection, refs: Sequence[str]) -> dict[str, Named]:
    """What these references name; those that name nothing (any more), records and unknown kinds are left out."""
    wanted: dict[str, list[str]] = {}
    for ref in dict.fromkeys(refs):
        kind = kind_of(ref)
        if kind in _READERS:
            wanted.setdefault(kind, []).append(ref.partition("/")[2])
    found = {}
    for kind, keys in wanted.items():
        for one in _READERS[kind](connection, keys):
            found[f"{one.kind}/{one.key}"] = one
    return found


def _numbered(connection: Connection, model: Any, keys: Sequence[str]) -> Iterator[Row[Any]]:
    table = table_of(model)
    numbers = [int(key) for key in keys if is_number(key)]
    if numbers:
        yield from connection.execute(select(table).where(table.c.id.in_(numbers)))


def _reports(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.DailyReport, keys):
        said = json.loads(row.document)
        yield Named(
            kind="report",
            key=str(row.id),
            name=Text(zh=f"{row.day} 日报", en=f"Daily report of {row.day}"),
            at_ms=row.submitted_at,
            value=row.kind,
            facts={"author": row.author, "note": said["note"], "stage": said["stage"] or None, "sha256": row.sha256},
            inside=tuple(f"photo/{sha256}" for sha256 in said["photos"]),
            projects=(row.project,),
        )


def _warnings(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.PlanWarning, keys):
        yield Named(
            kind="warning",
            key=str(row.id),
            name=Text(zh=f"预警 {row.rule}", en=f"Warning {row.rule}"),
            at_ms=row.raised_at,
            value=row.level,
            facts={
                "rule_version": row.rule_version,
                "state": row.state,
                "value": f"{row.value} {row.unit}".strip(),
                "threshold": row.threshold,
            },
            inside=tuple(json.loads(row.refs)),
            projects=(row.project,),
        )


def _cases(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.MendingCase, keys):
        yield Named(
            kind="case",
            key=str(row.id),
            name=Text(zh=f"预警处置 {row.rule}", en=f"Case of {row.rule}"),
            at_ms=row.opened_at,
            value=row.state,
            facts={
                "level": row.peak,
                "acknowledged_at": _instant(row.acknowledged_at),
                "ended_at": _instant(row.ended_at),
            },
            inside=(f"warning/{row.warning}", *([f"rectification/{row.rectification}"] if row.rectification else [])),
            projects=(row.project,),
        )


def _rectifications(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.Rectification, keys):
        pieces = json.loads(row.evidence)
        yield Named(
            kind="rectification",
            key=str(row.id),
            name=Text(zh=row.title or "整改", en=row.title or "Rectification"),
            at_ms=row.created_at,
            value=row.state,
            facts={
                "unit": row.unit,
                "due": str(row.due) if row.due else None,
                "acceptance_standard": row.acceptance_standard or None,
                "submitted_at": _instant(row.submitted_at),
                "verified_at": _instant(row.verified_at),
                "verified_by": row.verified_by or None,
            },
            inside=tuple(f"photo/{piece['sha256']}" for piece in pieces if piece.get("sha256")),
            projects=(row.project,) if row.project else (),
            unit="" if row.project else row.unit,
        )


def _ledger(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    entry = table_of(tables.FundEntry)
    pairs = [(project, int(nth)) for project, _, nth in (key.rpartition("/") for key in keys) if is_number(nth)]
    if not pairs:
        return
    wanted = or_(*(and_(entry.c.project == project, entry.c.nth == nth) for project, nth in pairs))
    for row in connection.execute(select(entry).where(wanted)):
        yield Named(
            kind="ledger",
            key=f"{row.project}/{row.nth}",
            name=Text(zh=f"台账第 {row.nth} 笔", en=f"Ledger entry {row.nth}"),
            at_ms=row.posted_at,
            value=row.kind,
            facts={"day": str(row.day), "voucher": row.voucher, "source": row.source, "hash": row.hash},
            money={"amount_fen": row.amount_fen, "line": row.line or None, "payee": row.payee or None},
            projects=(row.project,),
        )


def _quality(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    table = table_of(tables.QualityMonth)
    months = [(first, unit) for first, unit in map(_month, keys) if first is not None]
    if not months:
        return
    wanted = or_(*(and_(table.c.month == month, table.c.unit == unit) for month, unit in months))
    for row in connection.execute(select(table).where(wanted)):
        name = f"{row.month:%Y-%m}"
        yield Named(
            kind="quality",
            key=f"{name}/{row.unit}",
            name=Text(zh=f"{row.unit} {name} 数据质量", en=f"Data quality of {row.unit}, {name}"),
            at_ms=row.frozen_at,
            value=None if row.total_bp is None else f"{row.total_bp / 100:.2f} {row.grade or ''}".strip(),
            facts={"counts": row.counts, "sha256": row.sha256},
            unit=row.unit,
        )


def _lots(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.InspectionLot, keys):
        yield Named(
            kind="lot",
            key=str(row.id),
            name=Text(zh=f"{row.day} 检验批", en=f"Inspection lots of {row.day}"),
            at_ms=row.noted_at,
            value=f"{row.passed} / {row.inspected}",
            facts={"item": row.item or None, "sha256": row.paper, "author": row.author, "replaces": row.replaces},
            projects=(row.project,),
        )


def _findings(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.SafetyFinding, keys):
        yield Named(
            kind="safety",
            key=str(row.id),
            name=Text(zh=f"{row.day} 安全检查", en=f"Safety finding of {row.day}"),
            at_ms=row.noted_at,
            value="serious" if row.serious else "other",
            facts={"note": row.what, "sha256": row.paper, "author": row.author, "replaces": row.replaces},
            projects=(row.project,),
        )


def _requests(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.RequestCount, keys):
        yield Named(
            kind="requests",
            key=str(row.id),
            name=Text(zh=f"{row.day} {row.kind}", en=f"{row.kind} of {row.day}"),
            at_ms=row.given_at,
            value=f"{row.closed} / {row.received}",
            facts={"source": row.source, "author": row.given_by},
            unit=row.unit,
        )


def _savings(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.Saving, keys):
        yield Named(
            kind="saving",
            key=str(row.id),
            name=Text(zh=f"{row.day} 节约", en=f"Saving of {row.day}"),
            at_ms=row.noted_at,
            facts={"counterfactual": row.counterfactual, "method": row.method, "author": row.author},
            money={"would_fen": row.would_fen, "did_fen": row.did_fen},
            inside=_papers(row.evidence),
            projects=(row.project,),
        )


def _steps(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.StepRecord, keys):
        yield Named(
            kind="step",
            key=str(row.id),
            name=Text(zh=f"工序 {row.step}", en=f"Step {row.step}"),
            at_ms=row.submitted_at,
            value=f"{row.credit_bp} bp",
            facts={
                "item": row.item,
                "state": row.state,
                "sha256": row.sha256,
                "author": row.author,
                "verified_by": row.decided_by or None,
            },
            inside=(f"photo/{row.sha256}",),
            projects=(row.project,),
        )


def _lives(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    """The newest event of the kind is in force."""
    event = table_of(tables.LifeEventRow)
    pairs = [(project, kind) for project, _, kind in (key.rpartition("/") for key in keys)]
    wanted = or_(*(and_(event.c.project == project, event.c.kind == kind) for project, kind in pairs))
    newest = {
        (row.project, row.kind): row for row in connection.execute(select(event).where(wanted).order_by(event.c.id))
    }
    for (project, kind), row in newest.items():
        yield Named(
            kind="life",
            key=f"{project}/{kind}",
            name=Text(zh=f"项目事件 {kind}", en=f"Life event {kind}"),
            at_ms=row.noted_at,
            value=str(row.day),
            facts={"ref": row.ref or None, "author": row.noted_by},
            projects=(project,),
        )


def _entries(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    for row in _numbered(connection, tables.EnteredValue, keys):
        yield Named(
            kind="entry",
            key=str(row.id),
            name=Text(zh=f"{row.period} 填报值", en=f"Value entered for {row.period}"),
            at_ms=row.entered_at,
            value=f"{row.value:g}",
            facts={
                "indicator": f"{row.indicator}@{row.indicator_version}",
                "method": row.kind,
                "n": row.n,
                "satisfied": row.satisfied,
                "low": row.low,
                "high": row.high,
                "detail": row.detail if row.detail not in ("", "{}", "[]", "null") else None,
                "reason": row.reason or None,
                "author": row.author,
            },
            inside=_papers(row.evidence),
            projects=(row.subject,) if row.subject_kind == "project" else (),
            unit=row.subject if row.subject_kind == "unit" else "",
        )


def _photos(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    photo, claim = table_of(tables.Photo), table_of(tables.PhotoClaim)
    rows = connection.execute(select(claim).where(claim.c.sha256.in_(keys)).order_by(claim.c.id)).all()
    for row in connection.execute(select(photo).where(photo.c.sha256.in_(keys))):
        said = [one for one in rows if one.sha256 == row.sha256]
        yield Named(
            kind="photo",
            key=row.sha256,
            name=Text(zh="照片", en="Photo"),
            at_ms=next((one.taken_at for one in said if one.taken_at), row.exif_at) or row.received_at,
            facts={
                "sha256": row.sha256,
                "author": ", ".join(dict.fromkeys(one.person for one in said)) or None,
                "item": next((one.item or one.building for one in said if one.item or one.building), None),
                "received_at": _instant(row.received_at),
            },
            projects=tuple(dict.fromkeys(one.project for one in said)),
            picture=row.sha256,
        )


def _evidence(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    """Papers that an entry rests on are kept as photos are."""
    for one in _photos(connection, keys):
        yield replace(one, kind="paper", name=Text(zh="证据", en="Evidence"))


def _sheets(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    """Sheets without their leaves: `central.api.views.trace_sheet` unrolls them."""
    table = table_of(tables.ScoreSheet)
    for row in connection.execute(select(table).where(table.c.id.in_(keys))):
        yield Named(
            kind="sheet",
            key=row.id,
            name=Text(zh=f"{row.subject} {row.period} 评分表", en=f"Score sheet of {row.subject}, {row.period}"),
            at_ms=row.taken_at,
            value=None if row.total is None else f"{row.total:.3f} {row.grade or ''}".strip(),
            facts={"rule_version": row.rule_version, "method": row.kind},
            projects=(row.subject,) if row.subject_kind == "project" else (),
            unit=row.subject if row.subject_kind == "unit" else "",
        )


def _papers(evidence: str) -> tuple[str, ...]:
    found = json.loads(evidence) if evidence else []
    return tuple(f"photo/{one}" for one in found[:INSIDE_MAX] if isinstance(one, str))


def _month(key: str) -> tuple[date | None, str]:
    month, _, unit = key.partition("/")
    year, _, number = month.partition("-")
    if is_number(year) and is_number(number) and 1 <= int(number) <= 12 and 1 <= int(year) <= 9999:
        return date(int(year), int(number), 1), unit
    return None, unit


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else from_ms(at_ms).isoformat()


_READERS: Mapping[str, Callable[[Connection, Sequence[str]], Iterator[Named]]] = {
    "report": _reports,
    "warning": _warnings,
    "case": _cases,
    "rectification": _rectifications,
    "ledger": _ledger,
    "quality": _quality,
    "lot": _lots,
    "safety": _findings,
    "requests": _requests,
    "saving": _savings,
    "step": _steps,
    "life": _lives,
    "entry": _entries,
    "photo": _photos,
    "paper": _evidence,
    "form": named_forms,
    "file": named_files,
    "sheet": _sheets,
}
