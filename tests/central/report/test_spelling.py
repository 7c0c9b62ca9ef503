"""Figures on paper are exact, in both languages; in a workbook they stay numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from central.report.document import Cell, Day, Figure, Instant, Words
from central.report.spelling import SheetValue, sheet_value, spelled


@pytest.mark.parametrize(
    ("cell", "zh", "en"),
    [
        (Words("甲", "A"), "甲", "A"),
        (Figure(4567, "bp"), "45.67%", "45.67%"),
        (Figure(-2500, "signed_bp"), "-25.00%", "-25.00%"),
        (Figure(5, "signed_bp"), "+0.05%", "+0.05%"),
        (Figure(0, "signed_bp"), "0.00%", "0.00%"),
        (Figure(1500, "points_bp"), "+15.00 个百分点", "+15.00 pp"),
        (Figure(800_000_000, "fen"), "800.00 万元", "CNY 8,000,000.00"),
        (Figure(1_234_567_891, "fen"), "1,234.567891 万元", "CNY 12,345,678.91"),
        (Figure(-1, "fen"), "-0.000001 万元", "-CNY 0.01"),
        (Figure(725, "cdays"), "7.25 天", "7.25 days"),
        (Figure(-1, "milli"), "-0.001", "-0.001"),
        (Figure(83_457, "milli"), "83.457", "83.457"),
        (Figure(3, "int"), "3", "3"),
        (Figure(None, "bp"), "—", "—"),
        (Day(date(2026, 5, 1)), "2026-05-01", "2026-05-01"),
        (Day(None), "—", "—"),
        (Instant(datetime(2026, 4, 30, 17, 30, tzinfo=UTC)), "2026-05-01 01:30", "2026-05-01 01:30"),
    ],
)
def test_cells(cell: Cell, zh: str, en: str) -> None:
    assert (spelled(cell, "zh"), spelled(cell, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Figure(4567, "bp"), SheetValue(value=0.4567, number_format="0.00%")),
        (Figure(1_234_567_891, "fen"), SheetValue(value=12_345_678.91, number_format="#,##0.00")),
        (Figure(3, "int"), SheetValue(value=3, number_format="0")),
        (Figure(None, "fen"), SheetValue(value="—")),
        (Words("=1+1", "x"), SheetValue(value="=1+1")),
    ],
)
def test_workbook_cells(cell: Cell, value: SheetValue) -> None:
    assert sheet_value(cell, "zh") == value
