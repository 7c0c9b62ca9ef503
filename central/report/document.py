"""What a report says, apart from how it looks: sections of words, tables, a curve, photos. Pure, and itself the record.

The canonical JSON of a document is what is frozen; PDF, Word and Excel are made of it alone (and of the pictures it
names by digest), so that the same facts give the same bytes. Figures are integers in a unit; words in both languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from central import domain

Unit = Literal["bp", "signed_bp", "points_bp", "fen", "cdays", "int", "milli"]
Kind = Literal["risk_warning", "risk_project", "monthly", "quarterly", "quality", "whitepaper"]
FORMAT = "siteprogress.report/1"


class Words(msgspec.Struct, frozen=True, tag="words"):
    """The same in both languages."""

    zh: str
    en: str


class Figure(msgspec.Struct, frozen=True, tag="figure"):
    """An integer in its unit; None = it cannot be said.

    bp = share, signed_bp = rate with its sign, points_bp = percentage points, milli = thousandths.
    """

    value: int | None
    unit: Unit


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A calendar day of the district."""

    day: date | None


class Instant(msgspec.Struct, frozen=True, tag="instant"):
    """A time, shown in the district's zone to the minute."""

    at: datetime | None


Cell = Words | Figure | Day | Instant


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """A few sentences; `strong` stands out."""

    words: Words
    strong: bool = False


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Rows of cells under headings; `heads` may be empty: then the first cell of each row is its name."""

    heads: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]


class CurvePoint(msgspec.Struct, frozen=True, array_like=True):
    """A day's planned and measured share; None = not measured."""

    day: date
    plan_bp: int
    actual_bp: int | None
    sigma_bp: int | None


class Curve(msgspec.Struct, frozen=True, tag="curve"):
    """Plan against actual, drawn as a picture."""

    title: Words
    points: tuple[CurvePoint, ...]


class Photo(msgspec.Struct, frozen=True, tag="photo"):
    """A picture of evidence by the digest of its bytes."""

    sha256: str
    caption: Words


Block = Paragraph | Table | Curve | Photo


class Section(msgspec.Struct, frozen=True):
    """A heading with what stands under it."""

    heading: Words
    blocks: tuple[Block, ...]


class Document(msgspec.Struct, frozen=True):
    """A whole report. `as_of` is the instant its figures are of; nothing in it tells when it was made."""

    kind: Kind
    about: str
    title: Words
    subtitle: Words
    as_of: datetime | None
    sections: tuple[Section, ...]
    format: str = FORMAT


def words(text: domain.Text) -> Words:
    """Words of a text of the domain."""
    return Words(text.zh, text.en)


def plain(value: str) -> Words:
    """A name or number that is the same in both languages."""
    return Words(value, value)


def table(heads: Sequence[Words], rows: Sequence[Sequence[Cell]]) -> Table:
    """A table, checked to have as many cells in each row as it has heads."""
    for row in rows:
        if heads and len(row) != len(heads):
            raise ValueError(f"a row of {len(row)} cells under {len(heads)} heads: expected as many")
    return Table(tuple(heads), tuple(tuple(row) for row in rows))


def facts(*pairs: tuple[Words, Cell]) -> Table:
    """A table of names and values, without heads."""
    return Table((), tuple(pairs))


def encoded(document: Document) -> str:
    """Canonical JSON: what is frozen."""
    return msgspec.json.encode(document, order="deterministic").decode()


def decoded(content: str) -> Document:
    """The document that was frozen; msgspec.ValidationError when it is none."""
    return msgspec.json.decode(content, type=Document)


def digest(content: str) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(content.encode()).hexdigest()
