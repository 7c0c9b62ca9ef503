"""A file that was sent as a ledger: opened in bounded memory, with the one sheet that is a ledger and its columns."""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from central.cells import not_a_workbook
from central.money.posting import Refusal, refused
from central.money.sheet import COLUMNS, SHEET_EN, SHEET_ZH, Column

UNPACKED_BYTES_MAX = 512 * 1024 * 1024
HEADER_ROWS = 10  # a title and a unit of money may stand above the header
_CELLS_MAX = 64
_SCREEN_ROWS = 1_048_576  # what a sheet can have: a row of another number is somebody's trap
_BROKEN = (  # what zipfile, zlib, expat and openpyxl were seen to raise on damaged, encrypted and foreign files
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, LookupError, AttributeError, ValueError,
    TypeError, OSError, EOFError, RuntimeError, OverflowError,
)  # fmt: skip
_OTHER_UNIT = re.compile(r"单位:?\(?(人民币)?(万元|亿元|千元)")
_KNOWN = {name.casefold(): column for column in COLUMNS for name in (column.zh, column.en)}


class NotALedgerError(ValueError):
    """The file as a whole cannot be read; `refusal` says where and what was expected."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.where}: {refusal.what.en}: expected {refusal.expected.en}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Where a column stands and how the file calls it."""

    column: Column
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The sheet: `rows` beneath the header, each with its number as on the screen; `header` by position."""

    rows: Iterator[tuple[int, Any]]
    header: dict[int, Heading]


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Ledger]:
    """The ledger of a workbook while it is open; NotALedgerError says why there is none."""
    _check_whole(file)
    with told():
        book = load_workbook(file, read_only=True, data_only=False)
    try:
        with told():
            page = _page(book)
            rows = _rows(page)
            header = _header(rows, page.title)
        yield Ledger(rows=rows, header=header)
    finally:
        book.close()


@contextmanager
def told() -> Iterator[None]:
    """What a damaged or foreign file makes its readers raise, as NotALedgerError."""
    try:
        yield
    except NotALedgerError:
        raise
    except _BROKEN as broken:
        words = f"{type(broken).__name__}: {str(broken)[:120]}"
        expected = "可读的 xlsx 工作簿, 请重新导出或传送", "a readable xlsx workbook; save or send it again"
        what = f"读不出或已损坏({words})", f"unreadable or damaged ({words})"
        raise NotALedgerError(refused("file", "file", what=what, expected=expected)) from broken


def _check_whole(file: IO[bytes]) -> None:
    """Every part must unpack to what its checksum says: no amount is read from damaged bytes."""
    other = not_a_workbook(file.read(8))
    file.seek(0)
    if other is not None:
        expected = "xlsx 工作簿", "an xlsx workbook"
        raise NotALedgerError(refused("file", "file", what=(other.zh, other.en), expected=expected))
    with told(), zipfile.ZipFile(file) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_BYTES_MAX:
            bound = f"{UNPACKED_BYTES_MAX} bytes"
            raise NotALedgerError(_of_file(f"{unpacked} bytes unpacked", f"至多 {bound}", f"at most {bound}"))
        damaged = archive.testzip()
        if damaged is not None:
            what = f"{damaged[:80]} 已损坏", f"{damaged[:80]} is damaged"
            expected = "完好的 xlsx 工作簿, 请重新导出或传送", "a whole xlsx workbook; save or send it again"
            raise NotALedgerError(refused("file", "file", what=what, expected=expected))
    file.seek(0)


def _rows(page: Any) -> Iterator[tuple[int, Any]]:
    page.reset_dimensions()  # what a file says of its own size is often wrong
    blank: Any = None
    for number, cells in enumerate(page.iter_rows(max_col=_CELLS_MAX), start=1):
        if number > _SCREEN_ROWS:
            raise ValueError(f"a row beyond {_SCREEN_ROWS}")
        if cells is blank:
            continue  # of rows that the file leaves out there may be a million, all the same
        if all(cell is EMPTY_CELL for cell in cells):
            blank = cells
        yield number, cells


def _page(book: Any) -> Any:
    """The sheet with a whole header: the only one that has it, whatever it is called."""
    whole = [page for page in book.worksheets if _is_whole(page)]
    if len(whole) > 1:
        found = "、".join(page.title for page in whole[:8])
        expected = "一个文件一张资金表, 其余请另存为文件", "one ledger a file; save the others as files of their own"
        raise NotALedgerError(
            refused("file", "file", what=(f"多张资金表 {found}", f"ledgers {found}"), expected=expected)
        )
    named = (page for page in book.worksheets if page.title in (SHEET_ZH, SHEET_EN))
    chosen = whole[0] if whole else next(named, book.worksheets[0] if len(book.worksheets) == 1 else None)
    if chosen is None:
        found = ", ".join(book.sheetnames[:8])
        expected = (
            f"名为“{SHEET_ZH}”的工作表,或只有一张表",
            f"a sheet named {SHEET_ZH} or {SHEET_EN}, or one sheet only",
        )
        raise NotALedgerError(_of_file(found, *expected))
    return chosen


def _is_whole(page: Any) -> bool:
    for number, cells in _rows(page):
        keys = [heading.column.key for heading in _headings(cells).values()]
        if "voucher" in keys:
            return len(set(keys)) == len(keys) and {c.key for c in COLUMNS if not c.optional} <= set(keys)
        if number >= HEADER_ROWS:
            break
    return False


def _headings(cells: Any) -> dict[int, Heading]:
    found = ((at, cell, _KNOWN.get(_spelled(cell.value))) for at, cell in enumerate(cells))
    return {
        at: Heading(column=column, words=str(cell.value).strip()[:60])
        for at, cell, column in found
        if column is not None
    }


def _header(rows: Iterator[tuple[int, Any]], title: str) -> dict[int, Heading]:
    """Columns by position, from the first row that names a voucher."""
    for number, cells in rows:
        found = _headings(cells)
        keys = [heading.column.key for heading in found.values()]
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
        _check_unit(cells, f"{title} {number}")
        if number >= HEADER_ROWS:
            break
    expected = (
        f"前 {HEADER_ROWS} 行内含“凭证号”的表头",
        f"a header with 凭证号 (Voucher) in the first {HEADER_ROWS} rows",
    )
    raise NotALedgerError(refused("header", title, what=("没有表头", "no header"), expected=expected))


def _check_unit(cells: Any, where: str) -> None:
    """A sheet says above its header in which unit its amounts are; the columns are in yuan, and it cannot be both."""
    for cell in cells:
        if found := _OTHER_UNIT.search(_spelled(cell.value)):
            words = found[0]
            expected = (
                "以元为单位: 请删去这一行, 金额换算成元或逐个写明单位, 如 12.5万元",
                "yuan: take this line out and convert the amounts, or write its unit behind each, as 12.5万元",
            )
            raise NotALedgerError(refused("header", where, what=(words, words), expected=expected))


def _spelled(value: Any) -> str:
    """A header without blanks around and inside, full-width brackets taken as plain ones."""
    words = unicodedata.normalize("NFKC", str(value or "")).strip().casefold()
    return " ".join(words.split()) if words.isascii() else "".join(words.split())


def _of_file(what: str, zh: str, en: str) -> Refusal:
    return refused("file", "file", what=(what, what), expected=(zh, en))
