"""Makes template.docx, the letterhead of Word reports: `python -m central.report.letterhead FILE`.

The committed file was made by this; an office may put its own in its place, with the same three fields.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from central.report.zipped import repacked

_FONT = "Noto Sans CJK SC"


def letterhead() -> bytes:
    """Title, subtitle, as-of line, A4, styles with a Chinese font."""
    page = Document()
    for name, size in (("Normal", 10), ("Heading 1", 13), ("Title", 20), ("Subtitle", 11)):
        _font(page.styles[name], size)
    for section in page.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.4)
    for words, style in (("{{ title }}", "Title"), ("{{ subtitle }}", "Subtitle"), ("{{ as_of }}", "Normal")):
        page.add_paragraph(words, style=style).alignment = WD_ALIGN_PARAGRAPH.CENTER
    to = BytesIO()
    page.save(to)
    return repacked(to.getvalue())


def _font(style: Any, size: int) -> None:
    style.font.name, style.font.size = _FONT, Pt(size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(letterhead())
