"""A document as a workbook: a sheet a section, numbers as numbers, photos and curves as pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any, assert_never

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from central.report.chart import curve_png
from central.report.document import Block, Cell, Curve, Document, Paragraph, Photo, Section, Table, Words
from central.report.pictures import Pictures, shrunk
from central.report.spelling import Language, local, said, sheet_value
from central.report.zipped import repacked

_SUMMARY = Words("封面", "Cover")
_AS_OF = Words("数据截至", "Figures as of")
_UNITS = Words("金额单位:元", "Money in yuan")
_NAME_MAX = 28
_FORBIDDEN = str.maketrans("", "", "[]:*?/\\'")
_PICTURE_ROWS = 22
_WIDTH_PX = 560


def xlsx(document: Document, language: Language, *, pictures: Pictures) -> bytes:
    """The workbook; text that begins with = stays text."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.title = said(_SUMMARY, language)
    _cover(cover, document, language)
    for number, section in enumerate(document.sections, start=1):
        name = f"{number} {said(section.heading, language)}".translate(_FORBIDDEN)[:_NAME_MAX]
        _section(book.create_sheet(name), section, language, pictures)
    to = BytesIO()
    book.save(to)
    return repacked(to.getvalue())


def _cover(page: Any, document: Document, language: Language) -> None:
    lines = [said(document.title, language), said(document.subtitle, language)]
    if document.as_of:
        lines.append(f"{said(_AS_OF, language)} {local(document.as_of)}")
    for row, line in enumerate([*lines, said(_UNITS, language)], start=1):
        _put(page, row, 1, Words(line, line), language)
    page["A1"].font = Font(bold=True, size=16)
    page.column_dimensions["A"].width = 80


def _section(page: Any, section: Section, language: Language, pictures: Pictures) -> None:
    page.column_dimensions["A"].width = 26
    for column in range(2, 16):
        page.column_dimensions[get_column_letter(column)].width = 18
    row = 1
    for block in section.blocks:
        row = _block(page, row, block, language, pictures) + 1


def _block(page: Any, row: int, block: Block, language: Language, pictures: Pictures) -> int:
    """Put a block at a row; the first row after it."""
    match block:
        case Paragraph():
            _put(page, row, 1, block.words, language)
            page.cell(row, 1).font = Font(bold=block.strong)
            return row + 1
        case Table():
            return _table(page, row, block, language)
        case Curve():
            return _picture(page, row, curve_png(block, language), said(block.title, language))
        case Photo():
            jpeg = pictures(block.sha256)
            caption = said(block.caption, language)
            return _picture(page, row, None if jpeg is None else shrunk(jpeg), f"{caption} {block.sha256}")
    assert_never(block)


def _table(page: Any, row: int, table: Table, language: Language) -> int:
    for column, head in enumerate(table.heads, start=1):
        _put(page, row, column, head, language)
        cell = page.cell(row, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF1F4")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    first = row + 1 if table.heads else row
    for offset, cells in enumerate(table.rows):
        for column, cell in enumerate(cells, start=1):
            _put(page, first + offset, column, cell, language)
    return first + len(table.rows)


def _picture(page: Any, row: int, content: bytes | None, caption: str) -> int:
    _put(page, row, 1, Words(caption, caption), "zh")
    if content is None:
        return row + 1
    image = Image(BytesIO(content))
    image.height, image.width = round(image.height * _WIDTH_PX / image.width), _WIDTH_PX
    page.add_image(image, f"A{row + 1}")
    return row + 1 + max(_PICTURE_ROWS, round(image.height / 20) + 1)


def _put(page: Any, row: int, column: int, cell: Cell, language: Language) -> None:
    found = sheet_value(cell, language)
    place = page.cell(row, column, found.value)
    if isinstance(found.value, str):
        place.data_type = "s"
    place.number_format = found.number_format
