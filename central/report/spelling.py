"""Cells as people read them, exact to the last unit, in either language. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from central.figures import hundredths
from central.report.document import Cell, Day, Figure, Instant, Unit, Words

Language = Literal["zh", "en"]
NOTHING = "—"
_DISTRICT = timezone(timedelta(hours=8))
_FEN_PER_WAN = 1_000_000
_XLSX_FORMATS: dict[Unit, str] = {
    "bp": "0.00%", "signed_bp": "+0.00%;-0.00%;0.00%", "points_bp": '+0.00" pp";-0.00" pp";0.00" pp"',
    "fen": "#,##0.00", "cdays": "0.00", "int": "0", "milli": "0.000",
}  # fmt: skip
_XLSX_SCALE: dict[Unit, int] = {
    "bp": 10_000, "signed_bp": 10_000, "points_bp": 100, "fen": 100, "cdays": 100, "int": 1, "milli": 1000,
}  # fmt: skip
_SIGNED: tuple[Unit, ...] = ("signed_bp", "points_bp")
_AFTER: dict[Unit, Words] = {
    "bp": Words("%", "%"), "signed_bp": Words("%", "%"), "points_bp": Words(" 个百分点", " pp"),
    "cdays": Words(" 天", " days"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetValue:
    """A cell of a workbook: a number stays a number, in the format that shows it exactly."""

    value: str | float | int | date | None
    number_format: str = "General"


def said(words: Words, language: Language) -> str:
    """The words in a language."""
    return words.zh if language == "zh" else words.en


def spelled(cell: Cell, language: Language) -> str:
    """A cell as text."""
    match cell:
        case Words():
            return said(cell, language)
        case Figure(value=None) | Day(day=None) | Instant(at=None):
            return NOTHING
        case Figure(value=int(value), unit=unit):
            return _figure(value, unit, language)
        case Day(day=date() as day):
            return day.isoformat()
        case Instant(at=datetime() as at):
            return local(at)
    raise ValueError(f"cell {cell!r}: expected words, a figure, a day or an instant")


def local(at: datetime) -> str:
    """An instant on the district's clock."""
    return f"{at.astimezone(_DISTRICT):%Y-%m-%d %H:%M}"


def sheet_value(cell: Cell, language: Language) -> SheetValue:
    """A cell for a workbook; money in yuan."""
    match cell:
        case Figure(value=int(value), unit=unit):
            scale = _XLSX_SCALE[unit]
            return SheetValue(value=value if scale == 1 else value / scale, number_format=_XLSX_FORMATS[unit])
        case Day(day=date() as day):
            return SheetValue(value=day, number_format="yyyy-mm-dd")
        case _:
            return SheetValue(value=spelled(cell, language))


def is_number(cell: Cell) -> bool:
    """Whether it stands at the right."""
    return isinstance(cell, Figure)


def _figure(value: int, unit: Unit, language: Language) -> str:
    if unit == "fen":
        return _money(value, language)
    if unit == "milli":
        return f"{_minus(value)}{abs(value) // 1000}.{abs(value) % 1000:03d}"
    if unit == "int":
        return str(value)
    before = "+" if value > 0 and unit in _SIGNED else ""
    return f"{before}{hundredths(value)}{said(_AFTER[unit], language)}"


def _money(fen: int, language: Language) -> str:
    """万元 with as many places as it takes to be exact (at least two), or CNY."""
    if language == "en":
        return f"{_minus(fen)}CNY {abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    places = f"{abs(fen) % _FEN_PER_WAN:06d}".rstrip("0").ljust(2, "0")
    return f"{_minus(fen)}{abs(fen) // _FEN_PER_WAN:,}.{places} 万元"


def _minus(value: int) -> str:
    return "-" if value < 0 else ""
