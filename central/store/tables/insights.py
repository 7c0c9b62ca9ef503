"""What insight needs besides what is there: what a project is in particular, what it brought, practices, pages seen.

Rows of project_class, process_tag and benefit_record are only added to (triggers refuse the rest): the newest of its
key is in force. A page_view is put in once for each person, page and day.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class ProjectClass(SQLModel, table=True):
    """What a project is in particular (`kind`, e.g. 老旧小区加装电梯) and the code of its sector; '' = not said."""

    __tablename__: ClassVar[str] = "project_class"
    __table_args__ = (Index("ix_project_class_project", "project", "id"),)
    id: int | None = serial()
    project: str
    kind: str
    sector: str
    set_by: str
    set_at: int = big()


class ProcessTag(SQLModel, table=True):
    """How a unit or street goes about projects of a kind ('' = all), e.g. 线上预审+现场联审; empty names end it.

    `evidence` = SHA-256 of the paper that shows it, or ''.
    """

    __tablename__: ClassVar[str] = "process_tag"
    __table_args__ = (Index("ix_process_tag_place", "place_kind", "place", "kind", "id"),)
    id: int | None = serial()
    place_kind: str
    place: str
    kind: str
    name_zh: str
    name_en: str
    evidence: str
    set_by: str
    set_at: int = big()


class BenefitRecord(SQLModel, table=True):
    """What a project brought in a year in money, as assessed: by which method, shown by which paper (SHA-256)."""

    __tablename__: ClassVar[str] = "benefit_record"
    __table_args__ = (Index("ix_benefit_record_project", "project", "year", "id"),)
    id: int | None = serial()
    project: str
    year: int
    benefit_fen: int = big()
    method: str = long_text()
    evidence: str
    noted_by: str
    noted_at: int = big()


class PageView(SQLModel, table=True):
    """A person looked at a kind of page on a day; once a day, however often."""

    __tablename__: ClassVar[str] = "page_view"
    day: date = Field(primary_key=True)
    person: str = Field(primary_key=True)
    page: str = Field(primary_key=True)
