"""Builders of postings and of workbooks for the tests of money."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from central.domain import FundEntry, FundKind
from central.money.posting import Posting
from central.money.sheet import COLUMNS

DAY = date(2026, 3, 10)
HEADER = [column.zh for column in COLUMNS]


def a_posting(
    voucher: str = "v1",
    amount_fen: int = 100_00,
    *,
    kind: FundKind = "pay",
    project: str = "p1",
    day: date = DAY,
    line: str = "",
    payee: str = "",
    contract: str = "",
    wage_fen: int = 0,
    reverses: str = "",
    object_code: str = "",
    note: str = "",
    source: str = "",
) -> Posting:
    """A payment of 100 yuan unless told otherwise."""
    entry = FundEntry(
        voucher=voucher,
        project=project,
        kind=kind,
        day=day,
        amount_fen=amount_fen,
        line=line,
        contract=contract,
        payee=payee,
        wage_fen=wage_fen,
        reverses=reverses,
    )
    return Posting(entry=entry, object_code=object_code, note=note, source=source)


def a_row(voucher: Any = "v1", amount: Any = 100, **more: Any) -> list[Any]:
    """A row of a sheet by column key."""
    values = {"voucher": voucher, "project": "p1", "kind": "支付", "day": DAY, "amount_fen": amount, **more}
    return [values.get(column.key) for column in COLUMNS]


def a_workbook(rows: Sequence[Sequence[Any]], *, title: str = "资金", header: Sequence[Any] = HEADER) -> BytesIO:
    """An xlsx file with these rows under the header."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = title
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    content = BytesIO()
    book.save(content)
    content.seek(0)
    return content


def damaged(content: bytes, change: Callable[[bytes], bytes], *, keep_sums: bool) -> BytesIO:
    """The workbook with other bytes in its sheet; `keep_sums`: damaged on the way, under the checksum that it had."""
    found = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as book, zipfile.ZipFile(found, "w") as made:
        for part in book.namelist():
            made.writestr(part, change(book.read(part)) if part.endswith("sheet1.xml") else book.read(part))
        if keep_sums:
            sheet = book.getinfo("xl/worksheets/sheet1.xml")
            made.getinfo(sheet.filename).CRC = sheet.CRC
    found.seek(0)
    return found
