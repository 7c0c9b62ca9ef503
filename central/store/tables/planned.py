"""What is to be built, and when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text


class Project(SQLModel, table=True):
    """A project as its newest plan says. Buildings and items whose `plan_version` is lower have left the plan."""

    id: str = Field(primary_key=True)
    code: str
    name_zh: str
    name_en: str
    street_zh: str
    street_en: str
    unit_zh: str
    unit_en: str
    work_type: str
    contract_fen: int = big()
    budget_fen: int = big()
    start: date
    finish: date
    plan_version: int


class Pause(SQLModel, table=True):
    """Approved standstill of a project, both days included, by plan version."""

    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    first: date = Field(primary_key=True)
    last: date


class Building(SQLModel, table=True):
    """A building of a project; weights of one project sum to 10000."""

    id: str = Field(primary_key=True)
    project: str = Field(index=True)
    position: int
    name_zh: str
    name_en: str
    storeys: int
    weight_bp: int
    plan_version: int


class WorkItem(SQLModel, table=True):
    """A weighted part of a building; `credits` = JSON {stage: bp}."""

    __tablename__: ClassVar[str] = "work_item"
    id: str = Field(primary_key=True)
    building: str = Field(index=True)
    position: int
    name_zh: str
    name_en: str
    weight_bp: int
    credits: str = long_text()
    plan_version: int


class Plan(SQLModel, table=True):
    """One version of a project's plan, kept for ever: `document` is the whole plan as JSON, `sha256` its digest."""

    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    imported_at: int = big()
    imported_by: str
    reason: str = long_text()
    sha256: str
    document: str = long_text()


class PlanPoint(SQLModel, table=True):
    """Planned cumulative share of an item at the end of a day, by plan version."""

    __tablename__: ClassVar[str] = "plan_point"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    item: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    cum_bp: int


class FaceAssignment(SQLModel, table=True):
    """Which camera of which gateway looks at which face of a building; `plan_version` below the project's = left.

    Readings of a face count only when it is assigned, now or by an earlier plan, and from `since_at` on.
    """

    __tablename__: ClassVar[str] = "face_assignment"
    gateway: str = Field(primary_key=True)
    camera: str = Field(primary_key=True)
    building: str = Field(primary_key=True, index=True)
    face: str = Field(primary_key=True)
    plan_version: int
    since_at: int = big(default=0)
