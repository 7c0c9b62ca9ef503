"""A document as Word: the letterhead is a docxtpl template an office may replace, the sections are set below it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, assert_never

from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docxtpl import DocxTemplate

from central.report.chart import curve_png
from central.report.document import Block, Curve, Document, Paragraph, Photo, Section, Table, Words
from central.report.pictures import Pictures, shrunk
from central.report.spelling import Language, is_number, local, said, spelled
from central.report.zipped import repacked

TEMPLATE = Path(__file__).with_name("template.docx")
_AS_OF = Words("数据截至", "Figures as of")
_GONE = Words("该照片未存于本机", "this picture is not kept here")
_WIDTH = Cm(16)


def docx(document: Document, language: Language, *, pictures: Pictures, template: Path = TEMPLATE) -> bytes:
    """The file; `template` has {{ title }}, {{ subtitle }} and {{ as_of }} and the styles."""
    letter = DocxTemplate(template)
    told = f"{said(_AS_OF, language)} {local(document.as_of)}" if document.as_of else ""
    context = {"title": said(document.title, language), "subtitle": said(document.subtitle, language), "as_of": told}
    letter.render(context, autoescape=True)
    page: Page = letter.docx
    page.core_properties.title = context["title"]
    for section in document.sections:
        _section(page, section, language, pictures)
    to = BytesIO()
    letter.save(to)
    return repacked(to.getvalue())


def _section(page: Page, section: Section, language: Language, pictures: Pictures) -> None:
    page.add_heading(said(section.heading, language), level=1)
    for block in section.blocks:
        _block(page, block, language, pictures)


def _block(page: Page, block: Block, language: Language, pictures: Pictures) -> None:
    match block:
        case Paragraph():
            page.add_paragraph().add_run(said(block.words, language)).bold = block.strong
        case Table():
            _table(page, block, language)
        case Curve():
            page.add_picture(BytesIO(curve_png(block, language)), width=_WIDTH)
        case Photo():
            jpeg, caption = pictures(block.sha256), said(block.caption, language)
            if jpeg is not None:
                page.add_picture(BytesIO(shrunk(jpeg)), width=_WIDTH)
            page.add_paragraph(caption if jpeg is not None else f"{caption} ({said(_GONE, language)})")
        case _:
            assert_never(block)


def _table(page: Page, table: Table, language: Language) -> None:
    columns = len(table.heads) or max((len(row) for row in table.rows), default=1)
    made = page.add_table(rows=0, cols=columns, style="Table Grid")
    if table.heads:
        cells = made.add_row().cells
        for cell, head in zip(cells, table.heads, strict=True):
            _write(cell, said(head, language), bold=True)
        _repeat(made.rows[0])
    for row in table.rows:
        cells = made.add_row().cells
        for place, (cell, given) in enumerate(zip(cells, row, strict=True)):
            named, text = not table.heads, spelled(given, language)
            _write(cell, text, right=not named and is_number(given), bold=named and place == 0)
    page.add_paragraph()


def _write(cell: Any, text: str, *, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(9)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat(row: Any) -> None:
    """The heads stand on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # python-docx has no public way
