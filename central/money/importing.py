"""Entries out of an xlsx file, row by row in bounded memory; a row that is wrong is told and keeps no other back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from central.cells import day_of, day_of_serial, fen_of, is_shortened
from central.domain import FundEntry
from central.money.posting import KEYS, Posting, Refusal, refused
from central.money.sheet import COLUMNS, KINDS, Column
from central.money.workbook import Heading, Ledger, NotALedgerError, opened, told

BYTES_MAX = 32 * 1024 * 1024
ROWS_MAX = 200_000
_ZEROS = re.compile("0+")  # a number format: 7 stands on the screen as 0007


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A filled row: `number` as on the screen, `shown` its cells by header. Either `posting` or `refusal`.

    `columns` are the file's headers by the key of a column.
    """

    number: int
    shown: dict[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)
    posting: Posting | None = None
    refusal: Refusal | None = None


def read_ledger(file: IO[bytes], *, source: str) -> Iterator[ReadRow]:
    """Every filled row of the sheet, its project as it is called there; NotALedgerError before the first of them.

    What cannot be read amid the rows is the last of them, refused: those before it are as good as ever.
    """
    with opened(file) as ledger:
        yield from _read(ledger, source=source)


def _read(ledger: Ledger, *, source: str) -> Iterator[ReadRow]:
    count = number = 0
    while True:
        try:
            with told():
                number, cells = next(ledger.rows, (0, ()))
        except NotALedgerError as broken:
            if not count:
                raise
            yield _rest(number + 1, broken.refusal)
            return
        if not number:
            return
        given = {
            heading.column.key: (heading, cells[at])
            for at, heading in ledger.header.items()
            if at < len(cells) and _filled(cells[at])
        }
        if not given:
            continue
        count += 1
        if count > ROWS_MAX:
            expected = f"至多 {ROWS_MAX} 行,请拆分文件", f"at most {ROWS_MAX} rows; split the file"
            yield _rest(number, refused("rows", "", what=("更多行", "more rows"), expected=expected))
            return
        yield _row(number, given, header=ledger.header, source=source)


def _rest(number: int, refusal: Refusal) -> ReadRow:
    return ReadRow(number=number, shown={}, refusal=refusal)


def _row(number: int, given: dict[str, tuple[Heading, Any]], *, header: dict[int, Heading], source: str) -> ReadRow:
    shown = {heading.words: str(cell.value)[:200] for heading, cell in given.values()}
    columns = {heading.column.key: heading.words for heading in header.values()}
    values: dict[str, Any] = {}
    for column in COLUMNS:
        value = _given(given.get(column.key), column)
        if isinstance(value, Refusal):
            return ReadRow(number=number, shown=shown, columns=columns, refusal=value)
        if value is not None:
            values[column.key] = value
    outer = {key: values.pop(key) for key in ("approver", "object_code", "note") if key in values}
    posting = Posting(entry=FundEntry(**values), source=source, **outer)
    return ReadRow(number=number, shown=shown, columns=columns, posting=posting)


def _given(given: tuple[Heading, Any] | None, column: Column) -> Any:
    """The value of a row's cell, None where it may have none, or why not."""
    if given is not None:
        return _value(given[1], column)
    if column.optional:
        return None
    hint = "必填;合并单元格只有首行有值", "a value; of merged cells only the first row has it"
    return refused("empty", column.key, what=("空", "nothing"), expected=hint)


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
            return _words(cell, column)


def _words(cell: Any, column: Column) -> Any:
    value = cell.value
    if isinstance(value, datetime | date):
        expected = "文字;单元格被当成了日期", "text; the cell was taken for a date"
        return _odd("text", column, value, expected)
    if is_shortened(value):
        expected = "文本格式;超过15位的数字末位已失真", "a text cell: of a number over 15 digits the last are lost"
        return _odd("digits", column, value, expected)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _ZEROS.fullmatch(cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return _line(str(value), key=column.key)


def _line(words: str, *, key: str) -> str:
    """Text as one line; of what entries are found by also without characters that nobody sees."""
    if key in KEYS:
        words = "".join(c for c in words if unicodedata.category(c) != "Cf")
    return " ".join(words.split()) if any(c in words for c in "\n\r\t") else words.strip()


def _fen(value: Any, column: Column) -> Any:
    fen = fen_of(value)
    expected = (
        "金额(元),至多两位小数,或写明单位,如 12.5万元",
        "an amount in yuan with at most two decimals, or with its unit as 12.5万元",
    )
    return _odd("amount", column, value, expected) if fen is None else fen


def _day(value: Any, column: Column) -> Any:
    day = day_of(value)
    if day is not None:
        return day
    zh, en = "日历上有的日期,如 2026-01-31", "a day that there is, for example 2026-01-31"
    serial = day_of_serial(value)
    if serial is not None:
        zh, en = f"{zh};若是 {serial},请把单元格设为日期格式", f"{en}; if it is {serial}, make the cell a date cell"
    return _odd("day", column, value, (zh, en))


def _odd(code: str, column: Column, value: Any, expected: tuple[str, str]) -> Refusal:
    words = str(value)[:60]
    return refused(code, column.key, what=(words, words), expected=expected)


def _filled(cell: Any) -> bool:
    return cell.value is not None and str(cell.value).strip() != ""
