"""What people type into the cells of a sheet, as it was meant: days, amounts, whole numbers; files that are none. Pure.

Offices send dates and numbers as text, with full-width digits, thousands separators and a yuan sign; a spreadsheet adds
noise of its own beyond 15 digits. What is not clearly one of them is None, and the caller says where it stood.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from central.domain import Text

_OLD = b"\xd0\xcf\x11\xe0"  # OLE 2: .xls, and .xlsx with a password
DIGITS_KEPT = 15  # of a number in a cell; those beyond are lost
_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_DAY = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"  # a day as a program writes it, with its midnight
)
_YUAN = {"万元": 1_000_000, "元": 100}  # a unit that the cell names itself, in fen
_SERIALS = range(36_526, 73_051)  # days of 2000 to 2099 as a spreadsheet counts them


def not_a_workbook(head: bytes) -> Text | None:
    """What a file is by its first bytes where it is no .xlsx; None for a zip, which a workbook may be."""
    if head.startswith(b"PK"):
        return None
    if head.startswith(_OLD):
        return Text(
            zh="旧版 .xls 或设了密码的工作簿, 请另存为不设密码的 .xlsx",
            en="an .xls or protected workbook, save it as .xlsx",
        )
    if not head:
        return Text(zh="空文件", en="an empty file")
    return Text(zh="不是工作簿(如 CSV 或文本)", en="no workbook, but for example CSV or text")


def day_of(value: Any) -> date | None:
    """A calendar day: a date cell, or text as 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日 or 20260131; also
    with the time of day behind it."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.fullmatch(spelled(value))
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_of_serial(value: Any) -> date | None:
    """The day that a plain number would be if its cell had the format of a date; None for other numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float) or int(value) not in _SERIALS:
        return None
    return date(1899, 12, 30) + timedelta(days=int(value))


def fen_of(value: Any) -> int | None:
    """An amount in yuan, or in the unit that the text names (元, 万元), as fen: exactly, None beyond two decimals."""
    worth, plain = 100, value
    if isinstance(value, str):
        plain = spelled(value).removeprefix("¥")
        unit = next((one for one in _YUAN if plain.endswith(one)), "")
        worth, plain = _YUAN.get(unit, 100), plain.removesuffix(unit)
    amount = number_of(plain)
    if amount is None:
        return None
    fen = amount * worth
    return int(fen) if fen == fen.to_integral_value() else None


def number_of(value: Any) -> Decimal | None:
    """A decimal number, written as a number or as text; of a number cell the 15 digits that were meant."""
    if isinstance(value, bool):
        return None
    plain = format(value, f".{DIGITS_KEPT}g") if isinstance(value, int | float) else spelled(value)
    if isinstance(value, str) and not _NUMBER.fullmatch(plain):
        return None
    try:
        found = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def is_shortened(value: Any) -> bool:
    """Whether a number cell has more digits than a spreadsheet keeps: a code that should have been text."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**DIGITS_KEPT


def spelled(value: Any) -> str:
    """The text of a cell without outer blanks; full-width digits, signs and brackets as plain ones."""
    return unicodedata.normalize("NFKC", str(value)).strip()
