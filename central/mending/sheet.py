"""The ledger of rectifications (专项台账) as xlsx, with headers in the language of who asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from central.domain import Text

Language = Literal["zh", "en"]
COLUMNS: tuple[tuple[str, Text, int], ...] = (
    ("number", Text(zh="编号", en="Number"), 14),
    ("project", Text(zh="项目", en="Project"), 24),
    ("unit", Text(zh="责任单位", en="Unit"), 18),
    ("title", Text(zh="问题", en="Fault"), 30),
    ("cause", Text(zh="原因", en="Cause"), 16),
    ("measure", Text(zh="整改措施", en="Measure"), 40),
    ("person", Text(zh="责任人", en="Responsible"), 14),
    ("due", Text(zh="完成时限", en="Due"), 12),
    ("acceptance_standard", Text(zh="验收标准", en="Acceptance standard"), 32),
    ("state", Text(zh="状态", en="State"), 12),
    ("overdue_days", Text(zh="逾期天数", en="Days overdue"), 10),
    ("submitted", Text(zh="提交证据", en="Evidence"), 12),
    ("verified", Text(zh="核验日期", en="Verified"), 12),
    ("verified_by", Text(zh="核验人", en="Verified by"), 14),
    ("returned", Text(zh="退回次数", en="Times returned"), 10),
)
_SHEET = Text(zh="整改台账", en="Rectifications")


def sheet(rows: Iterable[Mapping[str, Any]], *, language: Language) -> bytes:
    """One row a measure by the keys of COLUMNS; text that begins with = stays text."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_SHEET.zh if language == "zh" else _SHEET.en)
    page.freeze_panes = "A2"
    for number, (_, _, width) in enumerate(COLUMNS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.append(_headers(page, [words.zh if language == "zh" else words.en for _, words, _ in COLUMNS]))
    for row in rows:
        page.append([_cell(page, row[key]) for key, _, _ in COLUMNS])
    to = BytesIO()
    book.save(to)
    return to.getvalue()


def _headers(page: Any, words: Sequence[str]) -> list[Any]:
    cells = [WriteOnlyCell(page, value=word) for word in words]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _cell(page: Any, value: Any) -> Any:
    if not isinstance(value, str):
        cell = WriteOnlyCell(page, value=value)
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(page, value=value)
    cell.data_type = "s"
    return cell
