"""Checks a file against the data standard (D30): which kind it is, and every fault by row and column. Pure."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from central.money.importing import read_ledger
from central.money.sheet import SHEET_EN, SHEET_ZH
from central.money.workbook import NotALedgerError
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json, read_plan_xlsx
from central.plan.workbook import BYTES_MAX
from central.quality.clauses import Fault, clause_faults, shown
from central.quality.daily import DAILY_SCHEMA, daily_faults
from wire.codec import decode_body, decode_frame
from wire.errors import WireError

KINDS = {
    "plan": "计划 plan",
    "ledger": "资金台账 ledger",
    "daily": "日报 daily report",
    "clauses": "合同条款 contract clauses",
    "frame": "遥测帧 telemetry frame",
}
LEDGER_BYTES_MAX = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One fault: sheet ('' = none), row from 1 (None = the whole), column (its header, or the path in JSON)."""

    sheet: str
    row: int | None
    column: str
    what: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a file is (None = of no known kind), how many rows or parts were read, and what is wrong with it."""

    kind: str | None
    read: int
    faults: tuple[Told, ...]


def validate(content: bytes) -> Verdict:
    """The verdict on the content of a file; what it is, is told by the content and not by its name."""
    if len(content) > LEDGER_BYTES_MAX:
        return _none(f"{len(content)} bytes", f"at most {LEDGER_BYTES_MAX} bytes")
    return _workbook(content) if content[:2] == b"PK" else _json(content)


def _workbook(content: bytes) -> Verdict:
    try:
        titles = _titles(content)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, zlib.error, EOFError) as broken:
        return _none(str(broken)[:120] or type(broken).__name__, "an xlsx workbook")
    if {SHEET_ZH, SHEET_EN} & set(titles) or len(titles) == 1:
        return _ledger(content)
    return _plan(read_plan_xlsx(content))


def _titles(content: bytes) -> list[str]:
    book = load_workbook(BytesIO(content), read_only=True)
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def _ledger(content: bytes) -> Verdict:
    faults: list[Told] = []
    count = 0
    try:
        for row in read_ledger(BytesIO(content), source="validate"):
            count += 1
            if row.refusal is not None:
                told = row.refusal
                column = row.columns.get(told.where, told.where)
                faults.append(
                    Told(sheet=SHEET_ZH, row=row.number, column=column, what=_both(told.what),
                         expected=_both(told.expected))
                )  # fmt: skip
    except NotALedgerError as odd:
        told = odd.refusal
        faults.append(Told(sheet="", row=None, column=told.where, what=_both(told.what), expected=_both(told.expected)))
    if not count and not faults:
        faults.append(Told(sheet=SHEET_ZH, row=2, column="", what="no filled row", expected="at least one"))
    return Verdict(kind="ledger", read=count, faults=tuple(faults))


def _plan(found: Any) -> Verdict:
    if isinstance(found, ImportedPlan):
        return Verdict(kind="plan", read=sum(len(one.items) for one in found.project.buildings), faults=())
    faults = tuple(
        Told(sheet="" if one.sheet == "json" else one.sheet, row=one.row, column=one.column or "", what=one.what,
             expected=one.expected)
        for one in found
    )  # fmt: skip
    return Verdict(kind="plan", read=0, faults=faults)


def _json(content: bytes) -> Verdict:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as broken:
        return _none(str(broken)[:120], "an xlsx workbook, or JSON in UTF-8")
    if not isinstance(document, dict):
        return _none(shown(document), "an object")
    if "schema" not in document and "recs" in document:
        return _frame(content)
    schema = str(document.get("schema", ""))
    return _known(document, schema, size=len(content))


def _known(document: dict[str, Any], schema: str, *, size: int) -> Verdict:
    match schema.partition("/")[0]:
        case "siteprogress.plan" if size > BYTES_MAX:
            return _none(f"{size} bytes", f"a plan of at most {BYTES_MAX} bytes")
        case "siteprogress.plan":
            return _plan(read_plan_json(document))
        case "siteprogress.daily":
            return _document("daily", document, daily_faults, parts="claims")
        case "siteprogress.clauses":
            return _document("clauses", document, clause_faults, parts="clauses")
        case _:
            known = f"siteprogress.plan/1, siteprogress.plan/2, {DAILY_SCHEMA}, siteprogress.clauses/1, or a frame"
            return Verdict(kind=None, read=0, faults=(_told("schema", schema or "nothing", known),))


def _document(
    kind: str, document: dict[str, Any], faults_of: Callable[[Any], Iterable[Fault]], *, parts: str
) -> Verdict:
    faults = tuple(_told(one.where, one.what, one.expected) for one in faults_of(document))
    listed = document.get(parts)
    return Verdict(kind=kind, read=len(listed) if isinstance(listed, list) else 0, faults=faults)


def _frame(content: bytes) -> Verdict:
    try:
        frame = decode_frame(zlib.compress(content))
    except WireError as odd:
        return Verdict(kind="frame", read=0, faults=(_told(odd.where, odd.what, odd.expected),))
    return Verdict(kind="frame", read=len(frame.recs), faults=tuple(_bad_records(frame.recs)))


def _bad_records(records: Iterable[Any]) -> Iterator[Told]:
    for record in records:
        try:
            decode_body(record)
        except WireError as odd:
            yield _told(odd.where, odd.what, odd.expected, row=record.seq)


def _told(where: str, what: str, expected: str, *, row: int | None = None) -> Told:
    return Told(sheet="", row=row, column=where, what=what, expected=expected)


def _none(what: str, expected: str) -> Verdict:
    return Verdict(kind=None, read=0, faults=(_told("file", what, expected),))


def _both(text: Any) -> str:
    return str(text.zh) if text.zh == text.en else f"{text.zh} | {text.en}"
