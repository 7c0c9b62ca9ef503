"""The xlsx form of the ledger: which header stands for what, the same for import, template and export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from central.money.posting import Posted

CellKind = Literal["text", "day", "yuan", "kind"]
SHEET_ZH, SHEET_EN = "资金", "Ledger"
_WIDTH = 16
_DAY, _YUAN, _PLAIN = "yyyy-mm-dd", "#,##0.00", "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its key in a posting, its Chinese and English header, and whether a file or a row may lack it."""

    key: str
    zh: str
    en: str
    kind: CellKind = "text"
    optional: bool = True


COLUMNS = (
    Column(key="voucher", zh="凭证号", en="Voucher", optional=False),
    Column(key="project", zh="项目代码", en="Project", optional=False),
    Column(key="kind", zh="类型", en="Kind", kind="kind", optional=False),
    Column(key="day", zh="日期", en="Date", kind="day", optional=False),
    Column(key="amount_fen", zh="金额(元)", en="Amount (yuan)", kind="yuan", optional=False),
    Column(key="wage_fen", zh="其中工资(元)", en="Wages (yuan)", kind="yuan"),
    Column(key="line", zh="预算科目", en="Budget line"),
    Column(key="contract", zh="合同编号", en="Contract"),
    Column(key="payee", zh="收款单位", en="Payee"),
    Column(key="approver", zh="批准人", en="Approver"),
    Column(key="object_code", zh="标的编号", en="Object code"),
    Column(key="reverses", zh="冲正凭证", en="Reverses"),
    Column(key="note", zh="摘要", en="Note"),
)
LEDGER_ONLY = (  # what an export has beside what an import reads
    ("nth", "链序号 nth"),
    ("flags", "标记 flags"),
    ("source", "来源 source"),
    ("posted_by", "记账人 posted by"),
    ("posted_at", "记账时刻 posted at (ms UTC)"),
    ("prev_hash", "前链值 previous hash"),
    ("hash", "链值 hash"),
)
KINDS = {
    "预算": "budget", "批复": "budget", "budget": "budget",
    "下达": "release", "拨付": "release", "release": "release",
    "支付": "pay", "付款": "pay", "pay": "pay",
}  # fmt: skip
KIND_NAMES = {"budget": "预算", "release": "下达", "pay": "支付"}


def template() -> bytes:
    """An empty sheet to be filled in, with one line of explanation per column on a second sheet."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET_ZH)
    _widths(page, len(COLUMNS))
    page.append(_bold(page, [column.zh for column in COLUMNS]))
    notes = book.create_sheet("说明")
    for row in _explained():
        notes.append(row)
    return _saved(book)


def write_ledger(to: IO[bytes], entries: Iterable[Posted]) -> None:
    """A sheet of entries as they are in the ledger. What `importing` reads of it is what was posted."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET_ZH)
    _widths(page, len(COLUMNS) + len(LEDGER_ONLY))
    page.append(_bold(page, [*(column.zh for column in COLUMNS), *(words for _, words in LEDGER_ONLY)]))
    for one in entries:
        page.append([*(_cell(page, column, one) for column in COLUMNS), *_tail(page, one)])
    book.save(to)


def _tail(page: Any, one: Posted) -> list[Any]:
    values = one.nth, ",".join(one.flags), one.posting.source, one.by, str(one.at_ms), one.prev_hash, one.hash
    return [_plain(page, value) if isinstance(value, str) else value for value in values]


def _cell(page: Any, column: Column, one: Posted) -> Any:
    holder = one.posting.entry if hasattr(one.posting.entry, column.key) else one.posting
    value = getattr(holder, column.key)
    match column.kind:
        case "yuan":
            return _formatted(page, value / 100, _YUAN) if value else None
        case "day":
            return _formatted(page, value, _DAY)
        case "kind":
            return KIND_NAMES[value]
        case "text":
            return _plain(page, value) if value else None


def _plain(page: Any, value: str) -> Any:
    """Text that stays text: a payee that begins with = is no formula."""
    cell = _formatted(page, value, _PLAIN)
    cell.data_type = "s"
    return cell


def _formatted(page: Any, value: Any, form: str) -> Any:
    cell = WriteOnlyCell(page, value=value)
    cell.number_format = form
    return cell


def _explained() -> list[list[str]]:
    needed = {False: "必填 required", True: "可空 optional"}
    words = {
        "project": "项目编号或国家项目代码 | id or national code of the project",
        "kind": "预算 budget / 下达 release / 支付 pay",
        "day": "日期格式单元格或 2026-01-31 | a date",
        "amount_fen": "元,两位小数;冲正为负数 | yuan, two decimals; negative for a reversal",
        "wage_fen": "支付金额中的农民工工资 | the part of a payment that is wages",
        "line": "用 / 分级,如 建安/土建 | levels separated by /",
        "object_code": "发票号或标的物编号,用于查重 | invoice or object, against double payment",
        "reverses": "被冲正的凭证号 | the voucher that this row reverses in full",
    }
    return [[column.zh, column.en, needed[column.optional], words.get(column.key, "")] for column in COLUMNS]


def _bold(page: Any, values: Sequence[str]) -> list[Any]:
    cells = [WriteOnlyCell(page, value=value) for value in values]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _widths(page: Any, columns: int) -> None:
    page.freeze_panes = "A2"
    for number in range(1, columns + 1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTH


def _saved(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()
