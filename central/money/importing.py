"""Entries out of an xlsx file, row by row in bounded memory; a row that is wrong is told and keeps no other back."""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from central.cells import day_of, fen_of, is_shortened, not_a_workbook
from central.domain import FundEntry
from central.money.posting import Posting, Refusal, refused
from central.money.sheet import COLUMNS, KINDS, SHEET_EN, SHEET_ZH, Column

BYTES_MAX = 32 * 1024 * 1024
UNPACKED_BYTES_MAX = 512 * 1024 * 1024
ROWS_MAX = 200_000
HEADER_ROWS = 10  # a title and a unit of money may stand above the header
_CELLS_MAX = 64
_BROKEN = (  # what zipfile, zlib, expat and openpyxl were seen to raise on damaged, encrypted and foreign files
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, LookupError, AttributeError, ValueError,
    TypeError, OSError, EOFError, RuntimeError, OverflowError,
)  # fmt: skip


class NotALedgerError(ValueError):
    """The file as a whole cannot be read; `refusal` says where and what was expected."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.where}: {refusal.what.en}: expected {refusal.expected.en}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A filled row: `number` as on the screen, `shown` its cells by header. Either `posting` or `refusal`."""

    number: int
    shown: dict[str, str]
    column: str = ""
    posting: Posting | None = None
    refusal: Refusal | None = None


def read_ledger(file: IO[bytes], *, source: str) -> Iterator[ReadRow]:
    """Every filled row of the sheet, its project as it is called there; NotALedgerError before or amid the rows."""
    _check_size(file)
    with _told():
        book = load_workbook(file, read_only=True, data_only=False)
    try:
        page = _page(book)
        with _told():
            page.reset_dimensions()  # what a file says of its own size is often wrong
            rows = enumerate(page.iter_rows(max_col=_CELLS_MAX), start=1)
            header = _header(rows, page.title)
        yield from _read(rows, header, source=source)
    finally:
        book.close()


def _read(rows: Iterator[tuple[int, Any]], header: dict[int, Column], *, source: str) -> Iterator[ReadRow]:
    count = 0
    while True:
        with _told():
            number, cells = next(rows, (0, ()))
        if not number:
            return
        given = {column: cells[at] for at, column in header.items() if at < len(cells) and _filled(cells[at])}
        if not given:
            continue
        count += 1
        if count > ROWS_MAX:
            expected = f"至多 {ROWS_MAX} 行,请拆分文件", f"at most {ROWS_MAX} rows; split the file"
            yield ReadRow(
                number=number, shown={}, refusal=refused("rows", "", what=("更多行", "more rows"), expected=expected)
            )
            return
        yield _row(number, given, source=source)


def _row(number: int, given: dict[Column, Any], *, source: str) -> ReadRow:
    shown = {column.zh: str(cell.value)[:200] for column, cell in given.items()}
    values: dict[str, Any] = {}
    for column in COLUMNS:
        if column not in given:
            if not column.optional:
                hint = "必填;合并单元格只有首行有值", "a value; of merged cells only the first row has it"
                return _wrong(
                    number, shown, column, refused("empty", column.key, what=("空", "nothing"), expected=hint)
                )
            continue
        value = _value(given[column], column)
        if isinstance(value, Refusal):
            return _wrong(number, shown, column, value)
        values[column.key] = value
    outer = {key: values.pop(key) for key in ("approver", "object_code", "note") if key in values}
    return ReadRow(number=number, shown=shown, posting=Posting(entry=FundEntry(**values), source=source, **outer))


def _wrong(number: int, shown: dict[str, str], column: Column, refusal: Refusal) -> ReadRow:
    return ReadRow(number=number, shown=shown, column=column.zh, refusal=refusal)


def _value(cell: Any, column: Column) -> Any:
    """The value of a cell as a posting has it, or why not."""
    value = cell.value
    if cell.data_type in ("f", "e") or isinstance(value, bool):
        words = str(value)[:60]
        expected = "数值或文字;公式请粘贴为值", "a value; paste the result of a formula instead"
        return refused("formula", column.key, what=(words, words), expected=expected)
    match column.kind:
        case "yuan":
            return _fen(value, column)
        case "day":
            return _day(value, column)
        case "kind":
            found = KINDS.get(str(value).strip().casefold())
            return found or _odd("kind", column, value, ("预算、下达或支付", "budget, release or pay"))
        case "text":
            return _words(value, column)


def _words(value: Any, column: Column) -> Any:
    if isinstance(value, datetime | date):
        expected = "文字;单元格被当成了日期", "text; the cell was taken for a date"
        return _odd("text", column, value, expected)
    if is_shortened(value):
        expected = "文本格式;超过15位的数字末位已失真", "a text cell: of a number over 15 digits the last are lost"
        return _odd("digits", column, value, expected)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _fen(value: Any, column: Column) -> Any:
    fen = fen_of(value)
    expected = "金额(元),至多两位小数", "an amount in yuan with at most two decimals"
    return _odd("amount", column, value, expected) if fen is None else fen


def _day(value: Any, column: Column) -> Any:
    return day_of(value) or _odd("day", column, value, ("日期,如 2026-01-31", "a date, for example 2026-01-31"))


def _odd(code: str, column: Column, value: Any, expected: tuple[str, str]) -> Refusal:
    words = str(value)[:60]
    return refused(code, column.key, what=(words, words), expected=expected)


def _filled(cell: Any) -> bool:
    return cell.value is not None and str(cell.value).strip() != ""


def _check_size(file: IO[bytes]) -> None:
    other = not_a_workbook(file.read(8))
    file.seek(0)
    if other is not None:
        expected = "xlsx 工作簿", "an xlsx workbook"
        raise NotALedgerError(refused("file", "file", what=(other.zh, other.en), expected=expected))
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as broken:
        raise NotALedgerError(_of_file(str(broken)[:120], "xlsx 工作簿", "an xlsx workbook")) from broken
    if unpacked > UNPACKED_BYTES_MAX:
        bound = f"{UNPACKED_BYTES_MAX} bytes"
        raise NotALedgerError(_of_file(f"{unpacked} bytes unpacked", f"至多 {bound}", f"at most {bound}"))
    file.seek(0)


def _page(book: Any) -> Any:
    for title in (SHEET_ZH, SHEET_EN):
        if title in book.sheetnames:
            return book[title]
    if len(book.worksheets) == 1:
        return book.worksheets[0]
    found = ", ".join(book.sheetnames[:8])
    expected = f"名为“{SHEET_ZH}”的工作表,或只有一张表", f"a sheet named {SHEET_ZH} or {SHEET_EN}, or one sheet only"
    raise NotALedgerError(_of_file(found, *expected))


def _header(rows: Iterator[tuple[int, Any]], title: str) -> dict[int, Column]:
    """Columns by position, from the first row that names a voucher."""
    known = {name.casefold(): column for column in COLUMNS for name in (column.zh, column.en)}
    for number, cells in rows:
        found = {at: known[words] for at, cell in enumerate(cells) if (words := _spelled(cell.value)) in known}
        keys = [column.key for column in found.values()]
        if "voucher" in keys:
            missing = [column for column in COLUMNS if not column.optional and column.key not in keys]
            twice = [column for column in COLUMNS if keys.count(column.key) > 1]
            for odd, zh, en in ((missing, "缺列", "no column"), (twice, "重复列", "two columns")):
                if odd:
                    names = "、".join(column.zh for column in odd), ", ".join(column.en for column in odd)
                    expected = f"各列各一次,缺一不可:{names[0]}", f"one column each of {names[0]} ({names[1]})"
                    what = f"{zh} {names[0]}", f"{en} {names[0]} ({names[1]})"
                    raise NotALedgerError(refused("header", f"{title} 1:{number}", what=what, expected=expected))
            return found
        if number >= HEADER_ROWS:
            break
    expected = (
        f"前 {HEADER_ROWS} 行内含“凭证号”的表头",
        f"a header with 凭证号 (Voucher) in the first {HEADER_ROWS} rows",
    )
    raise NotALedgerError(refused("header", title, what=("没有表头", "no header"), expected=expected))


def _spelled(value: Any) -> str:
    """A header without blanks around and inside, full-width brackets taken as plain ones."""
    words = unicodedata.normalize("NFKC", str(value or "")).strip().casefold()
    return " ".join(words.split()) if words.isascii() else "".join(words.split())


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotALedgerError:
        raise
    except _BROKEN as broken:
        words = f"{type(broken).__name__}: {str(broken)[:120]}"
        raise NotALedgerError(_of_file(words, "可读的 xlsx 工作簿", "a readable xlsx workbook")) from broken


def _of_file(what: str, zh: str, en: str) -> Refusal:
    return refused("file", "file", what=(what, what), expected=(zh, en))
