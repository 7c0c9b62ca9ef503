"""A frozen report as a document in a format and language: rendered once, then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import Engine, Row

from central.api.stills import StillFolder
from central.report.document import Document, decoded
from central.report.pictures import Pictures
from central.report.spelling import Language
from central.store.engine import reading, writing
from central.store.read_reports import file_of, report_of
from central.store.save_reports import keep_file

Format = Literal["pdf", "docx", "xlsx"]
MEDIA_TYPES: dict[Format, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def rendered(
    engine: Engine,
    number: int,
    *,
    language: Language,
    format_: Format,
    stills: StillFolder,
    by: str,
    wall_ms: Callable[[], int],
) -> Row[Any]:
    """The document of a report that is there; made outside any transaction, for it takes seconds."""
    with reading(engine) as connection:
        known = file_of(connection, number, language=language, format_=format_)
        report = report_of(connection, number)
    if known is not None:
        return known
    if report is None:
        raise ValueError(f"report {number}: expected one that was made")
    content = render(decoded(report.content), language, format_, pictures=pictures_in(stills))
    with writing(engine) as connection:
        return keep_file(connection, number, content, language=language, format_=format_, by=by, now_ms=wall_ms())


def render(document: Document, language: Language, format_: Format, *, pictures: Pictures) -> bytes:
    """The bytes; the libraries are heavy and loaded when they are needed."""
    match format_:
        case "pdf":
            from central.report.pdf import pdf

            return pdf(document, language, pictures=pictures)
        case "docx":
            from central.report.word import docx

            return docx(document, language, pictures=pictures)
        case "xlsx":
            from central.report.xlsx import xlsx

            return xlsx(document, language, pictures=pictures)


def pictures_in(stills: StillFolder) -> Pictures:
    """Stills that lie in the data folder."""

    def of(sha256: str) -> bytes | None:
        path = stills.path_of(sha256)
        return path.read_bytes() if path.is_file() else None

    return of
