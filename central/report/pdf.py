"""A document as PDF (WeasyPrint): the same bytes for the same document; nothing is fetched from anywhere."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any, assert_never

from central.report.chart import curve_png
from central.report.document import (
    Block,
    Cell,
    Curve,
    Day,
    Document,
    Instant,
    Paragraph,
    Photo,
    Section,
    Table,
    Words,
    digest,
    encoded,
)
from central.report.fonts import RenderingError, chinese_font
from central.report.pictures import Pictures, shrunk
from central.report.spelling import Language, is_number, local, said, spelled

_STYLE = """
@page { size: A4; margin: 20mm 18mm; @bottom-center { content: "%(page)s"; font-size: 8pt; color: #666 } }
body { font: 10pt/1.5 "%(font)s", sans-serif; color: #111 }
h1 { font-size: 18pt; text-align: center; margin: 0 0 2mm }
.sub { text-align: center; color: #444; margin: 0 0 6mm }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm; border-bottom: .4pt solid #888; break-after: avoid }
p { margin: 0 0 2mm; text-align: justify } p.strong { font-weight: bold }
table { width: 100%%; border-collapse: collapse; margin: 0 0 3mm; font-size: 8.5pt }
th, td { border: .4pt solid #aaa; padding: 1mm 1.5mm; text-align: left; vertical-align: top }
th { background: #eef1f4 } td.n { text-align: right; white-space: nowrap } td.s { white-space: nowrap }
td.k { width: 34%%; background: #f6f7f8 }
thead { display: table-header-group } tr { break-inside: avoid }
figure { margin: 2mm 0; break-inside: avoid; text-align: center } img { max-width: 100%%; max-height: 110mm }
figcaption { font-size: 8pt; color: #444 }
"""
_SHORT = 4  # letters that are not broken over two lines
_AS_OF = Words("数据截至", "Figures as of")
_GONE = Words("该照片未存于本机", "this picture is not kept here")
_PAGE = {"zh": '第 " counter(page) " 页 共 " counter(pages) " 页', "en": 'page " counter(page) " of " counter(pages) "'}


def pdf(document: Document, language: Language, *, pictures: Pictures) -> bytes:
    """The PDF; RenderingError says what this machine lacks."""
    weasyprint = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"data"})
    page = html(document, language, pictures=pictures)
    made: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(
        pdf_identifier=bytes.fromhex(digest(encoded(document))[:32])
    )
    return made


def html(document: Document, language: Language, *, pictures: Pictures) -> str:
    """The page the PDF is made of: everything is in it."""
    title, subtitle = escape(said(document.title, language)), escape(said(document.subtitle, language))
    told = f"{said(_AS_OF, language)} {local(document.as_of)}" if document.as_of else ""
    style = _STYLE % {"font": chinese_font(), "page": _PAGE[language]}
    body = "".join(_section(section, language, pictures) for section in document.sections)
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f'</head><body><h1>{title}</h1><p class="sub">{subtitle}<br>{escape(told)}</p>{body}</body></html>'
    )


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.urls
    except OSError as missing:  # cffi finds no library of this name
        raise RenderingError(
            f"PDF cannot be made without Pango ({missing}), Word and Excel can | 生成 PDF 需要 Pango 库",
            where="this machine",
            expected="libpango-1.0-0 and libpangoft2-1.0-0 (Debian)",
        ) from missing
    return weasyprint


def _section(section: Section, language: Language, pictures: Pictures) -> str:
    inner = "".join(_block(block, language, pictures) for block in section.blocks)
    return f"<h2>{escape(said(section.heading, language))}</h2>{inner}"


def _block(block: Block, language: Language, pictures: Pictures) -> str:
    match block:
        case Paragraph():
            mark = ' class="strong"' if block.strong else ""
            return f"<p{mark}>{escape(said(block.words, language))}</p>"
        case Table():
            return _table(block, language)
        case Curve():
            return _image("png", curve_png(block, language), said(block.title, language))
        case Photo():
            jpeg, caption = pictures(block.sha256), said(block.caption, language)
            if jpeg is None:
                return f"<p>{escape(caption)} ({escape(said(_GONE, language))})</p>"
            return _image("jpeg", shrunk(jpeg), caption)
    assert_never(block)


def _table(table: Table, language: Language) -> str:
    heads = "".join(f"<th>{escape(said(head, language))}</th>" for head in table.heads)
    head = f"<thead><tr>{heads}</tr></thead>" if heads else ""
    rows = "".join(f"<tr>{''.join(_cells(row, language, named=not heads))}</tr>" for row in table.rows)
    return f"<table>{head}<tbody>{rows}</tbody></table>"


def _cells(row: tuple[Cell, ...], language: Language, *, named: bool) -> list[str]:
    found = []
    for place, cell in enumerate(row):
        text = spelled(cell, language)
        found.append(f'<td class="{_class(cell, text, name=named and place == 0, named=named)}">{escape(text)}</td>')
    return found


def _class(cell: Cell, text: str, *, name: bool, named: bool) -> str:
    if name:
        return "k"
    if is_number(cell) and not named:
        return "n"
    return "s" if len(text) <= _SHORT or isinstance(cell, Day | Instant) else "t"


def _image(kind: str, content: bytes, caption: str) -> str:
    source = f"data:image/{kind};base64,{b64encode(content).decode()}"
    return f'<figure><img src="{source}" alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'
