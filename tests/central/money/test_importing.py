"""Rows of a workbook: traps of dates, numbers and formulas; a wrong row is named by row, column and reason."""

from __future__ import annotations

import tracemalloc
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from central.money.chain import GENESIS, linked
from central.money.importing import read_ledger
from central.money.posting import Posting
from central.money.sheet import COLUMNS, template, write_ledger
from central.money.workbook import NotALedgerError
from tests.central.money.build import HEADER, a_posting, a_row, a_workbook, damaged
from tests.central.money.test_book import chain


def read(*rows: list[Any], **how: Any) -> list[Any]:
    """What is read of these rows: (voucher, amount, day), or (column, code)."""
    return [_short(row.posting) or _odd(row) for row in read_ledger(a_workbook(rows, **how), source="s")]


def _short(posting: Posting | None) -> tuple[str, int, str] | None:
    if posting is None:
        return None
    return posting.entry.voucher, posting.entry.amount_fen, str(posting.entry.day)


def _odd(row: Any) -> tuple[int, str, str]:
    return row.number, row.columns[row.refusal.where], row.refusal.code


@pytest.mark.parametrize(
    ("value", "fen"),
    [
        (100, 10_000),
        (0.1 + 0.2, 30),
        (-12.34, -1234),
        (123456789012.34, 12345678901234),
        (1.005, None),
        ("1,234.50", 123_450),
        ("¥ 8,320.50", 832_050),
        ("1234", 123_400),
        ("１２．３４", 1234),
        ("1,23", None),
        ("12万", None),
        ("1,200元", 120_000),
        ("1.234567万元", 1_234_567),
        ("1.23456789万元", None),
        ("1e3", None),
        ("12.345", None),
        (float("1e300"), 10**302),
        (True, None),
        ("=A1+B1", None),
        ("#N/A", None),
        (datetime(2026, 1, 1), None),  # noqa: DTZ001 -- cells have no zone
    ],
)
def test_amounts_are_exact_fen_or_refused(value: Any, fen: int | None) -> None:
    ((*_, found),) = [read(a_row(amount=value))[0][:2]]
    assert found == (fen if fen is not None else "金额(元)")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 23, 59), "2026-03-01"),  # noqa: DTZ001
        ("2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01"),
        ("2026.3.1", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026 年 3 月 1 日", "2026-03-01"),
        ("20260301", "2026-03-01"),
        ("2026-03-01 00:00:00", "2026-03-01"),
        ("2026-03-01T08:30:00.000", "2026-03-01"),
        ("2026-03-01 tomorrow", None),
        (20260301, "2026-03-01"),
        (46082, None),
        ("2026-02-29", None),
        ("1/3/2026", None),
        ("三月一日", None),
        ("=TODAY()", None),
    ],
)
def test_days_are_days_or_refused(value: Any, day: str | None) -> None:
    found = read(a_row(day=value))[0]
    assert (found[2] if day else found[1]) == (day or "日期")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"voucher": None}, (2, "凭证号", "empty")),
        ({"project": "  "}, (2, "项目代码", "empty")),
        ({"amount_fen": None}, (2, "金额(元)", "empty")),
        ({"kind": "借款"}, (2, "类型", "kind")),
        ({"voucher": date(2026, 1, 1)}, (2, "凭证号", "text")),
        ({"payee": 1234567890123456}, (2, "收款单位", "digits")),
        ({"wage_fen": "some"}, (2, "其中工资(元)", "amount")),
        ({"line": "=B2"}, (2, "预算科目", "formula")),
    ],
)
def test_a_wrong_row_names_its_column_and_the_rest_load(change: dict[str, Any], found: tuple[int, str, str]) -> None:
    good = a_row("v2", 5, kind="release")
    assert read(a_row(**change), [None] * len(COLUMNS), good) == [found, ("v2", 500, "2026-03-10")]


def test_numbers_typed_as_ids_are_text_and_every_column_arrives() -> None:
    full = a_row(
        12345.0, "7.50", project=320111.0, kind=" 支付 ", wage_fen=1.5, line="建安/土建", contract="c", payee="甲",
        approver="李", object_code=77, reverses="v0", note="十月",
    )  # fmt: skip
    ((posting,),) = [[row.posting for row in read_ledger(a_workbook([full]), source="s")]]
    expected = a_posting(
        "12345", 750, project="320111", wage_fen=150, line="建安/土建", contract="c", payee="甲", object_code="77",
        reverses="v0", note="十月", source="s",
    )  # fmt: skip
    assert posting is not None
    assert (posting.differs(expected), posting.approver) == (("approver",), "李")


@pytest.mark.parametrize(
    ("title", "refused"),
    [
        ("单位:万元", True),
        ("金额单位： 人民币 万元", True),
        ("(单位：亿元)", True),
        ("单位:元", False),
        ("2026年500万元以上项目", False),
    ],
)
def test_a_sheet_whose_title_names_another_unit_than_its_column_is_not_guessed(title: str, refused: bool) -> None:
    file = a_workbook([HEADER, a_row("v1", 1234.56)], header=[None, title])
    if not refused:
        assert [row.posting.entry.amount_fen for row in read_ledger(file, source="") if row.posting] == [123_456]
        return
    with pytest.raises(NotALedgerError, match="yuan: take this line out") as told:
        list(read_ledger(file, source=""))
    assert (told.value.refusal.where, "以元为单位" in told.value.refusal.expected.zh) == ("资金 1", True)


def test_headers_in_english_under_a_title_and_in_full_width_are_found() -> None:
    english = [column.en for column in COLUMNS]
    assert read(english, a_row(), header=["Payments 2026"], title="Sheet1") == [("v1", 10_000, "2026-03-10")]
    wide = [column.zh.replace("(", " （").replace(")", "）") for column in COLUMNS]
    assert read(wide, a_row(), header=["单位:元"]) == [("v1", 10_000, "2026-03-10")]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"header": HEADER[1:]}, "a header with 凭证号"),
        ({"header": [*HEADER, "凭证号"]}, "one column each of 凭证号"),
        ({"header": [*HEADER[:3], "别的", *HEADER[4:]]}, "one column each of 日期"),
    ],
)
def test_a_file_without_its_header_is_refused_whole(how: dict[str, Any], words: str) -> None:
    with pytest.raises(NotALedgerError, match=words):
        read(a_row(), **how)


def test_a_file_that_is_none_is_refused_whole() -> None:
    empty = BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("x", "y")
    two = Workbook()
    two.create_sheet("another")
    many = BytesIO()
    two.save(many)
    for content, words in ((b"PK no", "xlsx workbook"), (empty.getvalue(), "xlsx"), (many.getvalue(), "a sheet named")):
        with pytest.raises(NotALedgerError, match=words):
            list(read_ledger(BytesIO(content), source="s"))


def test_a_serial_number_is_told_as_the_day_that_it_may_be() -> None:
    (row,) = read_ledger(a_workbook([a_row(day=46082)]), source="s")
    assert row.refusal is not None
    assert row.refusal.expected.zh.endswith("若是 2026-03-01,请把单元格设为日期格式")


def test_words_are_one_line_and_keys_have_nothing_that_nobody_sees() -> None:
    (row,) = read_ledger(a_workbook([a_row("v\u200b1\ufeff", note="第一行\n第二行", payee="甲\t乙")]), source="s")
    assert row.posting is not None
    assert (row.posting.entry.voucher, row.posting.note, row.posting.entry.payee) == ("v1", "第一行 第二行", "甲 乙")


def test_a_number_is_the_voucher_that_stands_on_the_screen() -> None:
    book = load_workbook(a_workbook([a_row(7)]))
    book["资金"].cell(row=2, column=1).number_format = "0000"
    content = BytesIO()
    book.save(content)
    content.seek(0)
    (row,) = read_ledger(content, source="s")
    assert row.posting is not None
    assert row.posting.entry.voucher == "0007"


def sheets(**rows: list[Any]) -> BytesIO:
    """A workbook of several sheets by title."""
    book = Workbook()
    del book["Sheet"]
    for title, filled in rows.items():
        page = book.create_sheet(title)
        for row in filled:
            page.append(row)
    content = BytesIO()
    book.save(content)
    content.seek(0)
    return content


def test_the_only_sheet_with_a_header_is_the_ledger_and_two_are_one_too_many() -> None:
    mine = [HEADER, a_row()]
    found = list(read_ledger(sheets(Sheet1=[["说明"]], 三月=mine, Sheet3=[]), source="s"))
    assert [row.posting is not None for row in found] == [True]
    with pytest.raises(NotALedgerError, match="ledgers 资金、资金2"):
        list(read_ledger(sheets(资金=mine, 资金2=mine), source="s"))


def test_an_amount_that_was_damaged_on_the_way_is_not_read() -> None:
    content = a_workbook([a_row(amount=12345)]).getvalue()
    with pytest.raises(NotALedgerError, match="damaged"):
        list(read_ledger(damaged(content, lambda xml: xml.replace(b"12345", b"92345"), keep_sums=True), source="s"))


def test_a_sheet_that_breaks_off_gives_the_rows_before_and_tells_the_rest() -> None:
    content = a_workbook([a_row("v1"), a_row("v2"), a_row("v3")]).getvalue()
    found = list(
        read_ledger(damaged(content, lambda xml: xml[: xml.index(b'<row r="4"')], keep_sums=False), source="s")
    )
    assert [row.posting and row.posting.entry.voucher for row in found] == ["v1", "v2", None]
    assert found[-1].refusal is not None
    assert (found[-1].number, found[-1].refusal.code) == (4, "file")


def test_a_row_beyond_every_screen_does_not_take_a_day() -> None:
    content = a_workbook([a_row("v1"), a_row("v2")]).getvalue()
    far = damaged(content, lambda xml: xml.replace(b'<row r="3"', b'<row r="900000000000"'), keep_sums=False)
    found = list(read_ledger(far, source="s"))
    assert [row.refusal and row.refusal.code for row in found] == [None, "file"]


def test_the_template_and_an_export_come_back() -> None:
    assert list(read_ledger(BytesIO(template()), source="s")) == []
    entries = chain(3)
    content = BytesIO()
    write_ledger(content, entries)
    content.seek(0)
    found = [row.posting for row in read_ledger(content, source="s")]
    assert all(one and one.says(entry.posting) for one, entry in zip(found, entries, strict=True))
    page = load_workbook(BytesIO(content.getvalue()))["资金"]
    assert page.cell(row=2, column=len(COLUMNS) + 7).value == entries[0].hash


def test_what_looks_like_a_formula_is_exported_as_text() -> None:
    bad = linked(a_posting(payee="=HYPERLINK(1)"), nth=1, flags=(), by="f", at_ms=1, prev_hash=GENESIS)
    content = BytesIO()
    write_ledger(content, [bad])
    cell = load_workbook(BytesIO(content.getvalue()))["资金"].cell(row=2, column=HEADER.index("收款单位") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_many_rows_take_no_more_memory_than_a_few() -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("资金")
    page.append(HEADER)
    for number in range(8000):
        page.append(a_row(number, 1))
    content = BytesIO()
    book.save(content)
    content.seek(0)
    tracemalloc.start()
    try:
        assert sum(row.posting is not None for row in read_ledger(content, source="s")) == 8000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
