"""Cells of an xlsx file, safely: size and rows are bounded, formulas are refused, every cell keeps its place."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from central.cells import day_of, fen_of, is_shortened, not_a_workbook, number_of
from central.plan.fault import Faults, Path, Place, PlanError, shown
from central.plan.sheets import SHEETS, Column, Sheet

BYTES_MAX = 8 * 1024 * 1024
UNPACKED_BYTES_MAX = 64 * 1024 * 1024
ROWS_MAX = 20_000
COLUMNS_MAX = 64
_SHARES = ("(基点)", "(bp)", "(BP)")  # a column of shares misspelled must not pass for one left out
_BROKEN = (  # what zipfile, zlib, expat and openpyxl were seen to raise on damaged, encrypted and foreign files
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, LookupError, AttributeError, ValueError,
    TypeError, OSError, EOFError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A filled row: values by column key, places by column key. `number` counts from 1 as on the screen."""

    sheet: str
    number: int
    values: dict[str, Any]
    places: dict[str, Place]

    @property
    def place(self) -> Place:
        """The row as a whole."""
        return Place(sheet=self.sheet, row=self.number, column=None)


def read_rows(content: bytes, faults: Faults, sheets: Sequence[Sheet] = SHEETS) -> dict[str, list[Row]]:
    """Filled rows of every known sheet by sheet key; what cannot be read is noted, sheets that are not ours ignored."""
    if problem := _unsafe(content):
        faults.found.append(problem)
        return {}
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=False)
    except _BROKEN as broken:
        faults.found.append(_of_file(f"{type(broken).__name__}: {str(broken)[:120]}", "an xlsx workbook"))
        return {}
    try:
        return {sheet.key: _sheet_rows(book, sheet, faults) for sheet in sheets}
    except _BROKEN as broken:
        faults.found.append(_of_file(f"{type(broken).__name__}: {str(broken)[:120]}", "readable sheets"))
        return {}
    finally:
        book.close()


def _unsafe(content: bytes) -> PlanError | None:
    if len(content) > BYTES_MAX:
        return _of_file(f"{len(content)} bytes", f"at most {BYTES_MAX} bytes")
    if other := not_a_workbook(content[:8]):
        return _of_file(other.en, "an xlsx workbook")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as broken:
        return _of_file(str(broken)[:120], "an xlsx workbook")
    return (
        _of_file(f"{unpacked} bytes unpacked", f"at most {UNPACKED_BYTES_MAX}")
        if unpacked > UNPACKED_BYTES_MAX
        else None
    )


def _of_file(what: str, expected: str) -> PlanError:
    return PlanError(sheet="", row=None, column=None, what=what, expected=expected)


def _sheet_rows(book: Any, sheet: Sheet, faults: Faults) -> list[Row]:
    title = next((name for name in (sheet.zh, sheet.en) if name in book.sheetnames), None)
    if title is None:
        if not sheet.optional:
            expected = f"a sheet named {sheet.zh} or {sheet.en}"
            faults.found.append(
                PlanError(sheet=sheet.zh, row=None, column=None, what="no such sheet", expected=expected)
            )
        return []
    page = book[title]
    page.reset_dimensions()  # what a file says of its own size is often wrong: Apache POI's streams all say A1
    rows = page.iter_rows(max_col=COLUMNS_MAX)
    header = _header(sheet, title, next(rows, ()), faults)
    found: list[Row] = []
    for number, cells in enumerate(rows, start=2):
        if number > ROWS_MAX:
            faults.found.append(
                PlanError(sheet=title, row=number, column=None, what="more rows", expected=f"at most {ROWS_MAX}")
            )
            break
        row = _row(title, number, header, cells, faults)
        if row.values:
            found.append(row)
    return found


def _header(sheet: Sheet, title: str, cells: Iterable[Any], faults: Faults) -> dict[int, tuple[Column, str]]:
    """Columns by position, each with the header as the file has it; missing ones are noted."""
    known = {name.casefold(): column for column in sheet.columns for name in (column.zh, column.en)}
    found: dict[int, tuple[Column, str]] = {}
    for position, cell in enumerate(cells):
        words = _spelled(cell.value)
        if words.casefold() in known:
            found[position] = (known[words.casefold()], words)
        elif words.endswith(_SHARES):
            expected = f"one of {', '.join(c.zh for c in sheet.columns if c.zh.endswith(_SHARES))}"
            faults.found.append(
                PlanError(sheet=title, row=1, column=words[:60], what="unknown column of shares", expected=expected)
            )
    present = {column.key for column, _ in found.values()}
    for column in sheet.columns:
        if column.key not in present and not column.optional and not present.intersection(column.instead):
            expected = f"a column {column.zh} or {column.en}"
            faults.found.append(
                PlanError(sheet=title, row=1, column=column.zh, what="no such column", expected=expected)
            )
    return found


def _spelled(value: Any) -> str:
    """A header without outer blanks, full-width brackets taken as plain ones."""
    return str(value or "").strip().replace("（", "(").replace("）", ")")


def _row(title: str, number: int, header: dict[int, tuple[Column, str]], cells: tuple[Any, ...], faults: Faults) -> Row:
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for position, (column, words) in header.items():
        cell = cells[position] if position < len(cells) else None
        place = Place(sheet=title, row=number, column=words)
        places[column.key] = place
        if cell is None or cell.value is None or not str(cell.value).strip():
            continue
        if odd := _odd(cell, column):
            what, expected = odd
            faults.found.append(PlanError(sheet=title, row=number, column=words, what=what, expected=expected))
            continue
        values[column.key] = _plain(cell.value, column)
    return Row(sheet=title, number=number, values=values, places=places)


def _odd(cell: Any, column: Column) -> tuple[str, str] | None:
    """What a cell holds that no value of its column can be, and what was expected."""
    if cell.data_type == "f":
        return f"formula {str(cell.value)[:60]!r}", "a value; paste the result instead"
    if cell.data_type == "e":
        return f"error {str(cell.value)[:60]!r}", "a value; the formula behind it failed"
    if column.kind == "text" and isinstance(cell.value, date):
        return f"date {str(cell.value)[:10]}", "text; the spreadsheet took it for a date, make the cell a text cell"
    if column.kind == "text" and is_shortened(cell.value):
        return shown(cell.value), "a text cell: of a number over 15 digits the last are lost"
    return None


def _plain(value: Any, column: Column) -> Any:
    """The cell as the document has it: days as ISO text, yuan as fen, ids typed as numbers as text; what a person typed
    that is none of these stays as it is, to be refused where it is read."""
    match column.kind:
        case "day":
            day = day_of(value)
            return value if day is None else day.isoformat()
        case "yuan":
            fen = fen_of(value)
            return value if fen is None else fen
        case "number":
            number = number_of(value)
            return value if number is None else _counted(number)
        case "text":
            return _words(value)


def _words(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _counted(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def put(document: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key inside nested objects."""
    *parents, last = key.split(".")
    for parent in parents:
        document = document.setdefault(parent, {})
    document[last] = value


def path_of(prefix: Path, key: str) -> Path:
    """The document path of a dotted column key."""
    return (*prefix, *key.split("."))
