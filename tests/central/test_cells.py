"""Cells as they were meant: days, amounts, numbers; nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from central.cells import day_of, fen_of, is_shortened, not_a_workbook, number_of


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (datetime(2026, 1, 31, 23, 59), date(2026, 1, 31)),  # noqa: DTZ001  a cell has no zone
        (date(2026, 1, 31), date(2026, 1, 31)),
        ("2026-01-31", date(2026, 1, 31)),
        (" 2026/1/31 ", date(2026, 1, 31)),
        ("2026.1.31", date(2026, 1, 31)),
        ("2026年1月31日", date(2026, 1, 31)),
        ("２０２６年１月３１日", date(2026, 1, 31)),
        ("20260131", date(2026, 1, 31)),
        (20260131, date(2026, 1, 31)),
        ("2026-02-30", None),
        ("31/1/2026", None),
        ("2026-1", None),
        (46053, None),
        ("明天", None),
        (None, None),
    ],
)
def test_days(cell: Any, day: date | None) -> None:
    assert day_of(cell) == day


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (0.1, 10),
        (1234.56, 123_456),
        (1.1 + 2.2, 330),
        (10_000.0, 1_000_000),
        ("10,000.00", 1_000_000),
        ("¥ 1.5", 150),
        ("￥１２．３４", 1234),
        ("-12.34", -1234),
        ("1.500", 150),
        (1.005, None),
        ("1.005", None),
        ("1,00.5", None),
        ("1万", None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        ("", None),
    ],
)
def test_amounts(cell: Any, fen: int | None) -> None:
    assert fen_of(cell) == fen


@pytest.mark.parametrize(
    ("cell", "number"),
    [(7, 7), ("７", 7), ("4,500", 4500), (0.3, Decimal("0.3")), ("1e3", None), ("75%", None), ("1 2", None)],
)
def test_numbers(cell: Any, number: Decimal | int | None) -> None:
    assert number_of(cell) == number


def test_codes_that_a_spreadsheet_shortened() -> None:
    assert is_shortened(1234567890123456)
    assert is_shortened(1.2e17)
    assert not is_shortened(123456789012345)
    assert not is_shortened("1234567890123456789")


@pytest.mark.parametrize(
    ("head", "words"),
    [(b"PK\x03\x04", None), (b"\xd0\xcf\x11\xe0\xa1", "save it as .xlsx"), (b"", "an empty"), (b"a;b\n", "CSV")],
)
def test_files_that_are_no_workbook(head: bytes, words: str | None) -> None:
    found = not_a_workbook(head)
    assert (found is None) if words is None else (found is not None and words in found.en)
